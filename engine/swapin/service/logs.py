"""Logs as JSON lines: one line a call, with what can be counted and nothing of the payload."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger

FLUSH_AFTER = 0.02
"""Seconds that the line of a finished call may wait for others to be written with it."""

DURATIONS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Bounds of histograms of how long calls take, in seconds."""

REQUEST_ID = "x-request-id"
"""Metadata key of the request id, in requests and in answers."""


# Random once, then counted: unique, and cheaper than randomness for each call.
_RUN = secrets.token_hex(4)
_calls = itertools.count(1)


@dataclass(slots=True, eq=False)
class CallRecord:
    """What is known of a call when it has finished."""

    request_id: str
    method: str
    started: int
    """``perf_counter_ns()``."""
    finished: int = 0
    """``perf_counter_ns()``, and at the same moment:"""
    finished_at: int = 0
    """``time_ns()``."""
    code: str = "CANCELLED"
    """Stays so if the client leaves before its request came."""
    client: str = ""
    """Name of the client in the tokens file; empty without one."""
    faults: int = 0
    """Faults asked about."""
    refused: int = 0
    """Faults that could not be evaluated."""
    undetermined: int = 0
    """Verdicts with an outcome other than the path undetermined."""
    carried: dict[str, list[str]] = field(default_factory=dict)
    """What the client's metadata has under the keys that are asked for."""

    def line(self) -> str:
        """What its log line says of it alone: members of a JSON object, without the braces."""
        # An encoder that looks at every value costs five times as much, for each call.
        client = f', "client": {_quoted(self.client)}' if self.client else ""
        return (
            f'"request_id": {_quoted(self.request_id)}, "method": {_quoted(self.method)},'
            f' "code": "{self.code}", "duration_us": {(self.finished - self.started) // 1000},'
            f' "faults": {self.faults}, "refused": {self.refused:d},'
            f' "undetermined": {self.undetermined:d}{client},'
            f' "timestamp": "{_timestamp(self.finished_at)}"'
        )


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _timestamp(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{_second(seconds)}.{rest // 1000:06d}Z"


_current: ContextVar[CallRecord] = ContextVar("call_record")


def current() -> CallRecord:
    """The record of the call that this code runs for; a throw-away one outside of calls."""
    return _current.get(None) or CallRecord("", "", 0)


_quoted = json.encoder.encode_basestring
"""A string as JSON."""

# One encoder for all lines: json.dumps() would make one for each.
_encode = json.JSONEncoder(default=repr, ensure_ascii=False).encode

_CALLS = "calls"
"""Key of an event that tells of many calls."""


def _rendered(line: dict[str, Any], **_: Any) -> str:
    """One line, or one for each call with all that is common to them."""
    calls: Sequence[CallRecord] | None = line.pop(_CALLS, None)
    if calls is None:
        return _encode(line)
    common = _encode(line)[1:-1]
    return "\n".join(f"{{{call.line()}, {common}}}" for call in calls)


def _with_call(_: Any, __: str, line: EventDict) -> EventDict:
    """What is logged on behalf of a call names it."""
    record = _current.get(None)
    if record is not None and _CALLS not in line:
        line.setdefault("request_id", record.request_id)
        line.setdefault("method", record.method)
    return line


_stamp = structlog.processors.MaybeTimeStamper(fmt="iso", utc=True)


def _stamped(logger: Any, name: str, line: EventDict) -> EventDict:
    """When it was; each call has its own time."""
    return line if _CALLS in line else _stamp(logger, name, line)


def make_log(stream: TextIO, level: int = logging.INFO) -> FilteringBoundLogger:
    """A logger that writes JSON lines to a stream, each with the call that it is about."""
    log: FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[
            _with_call,
            structlog.processors.add_log_level,
            _stamped,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_rendered),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    return log


class ForwardedLogs(logging.Handler):
    """Writes what libraries log through :mod:`logging` as JSON lines too."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        self._log.log(
            record.levelno,
            "library_message",
            logger=record.name,
            message=record.getMessage(),
            exc_info=record.exc_info,
        )


def request_id_of(metadata: Any) -> str:
    """The client's request id if it is sane (1 to 128 printable ASCII characters), or a new one.

    :param metadata: the call's metadata, pairs of key and value.
    """
    for key, value in metadata or ():
        if key == REQUEST_ID:
            if (
                isinstance(value, str)
                and 0 < len(value) <= 128
                and value.isascii()
                and value.isprintable()
            ):
                return value
            break
    return f"{_RUN}{next(_calls):08x}"


class CallLog:
    """Gives each call a request id and writes one ``call_finished`` line when it ends.

    The id is in the trailing metadata of every answer, errors included, and in every line
    that is logged on behalf of the call. Health and reflection leave no line.

    Calls that finish close together are one event for structlog and a line each: an event for
    each call costs more than evaluating a fault.

    :param log: made by :func:`make_log`, which knows such events.
    :param count: told of every call whose line is written.
    :param carried: keys of metadata that records keep.
    """

    def __init__(
        self,
        log: FilteringBoundLogger,
        count: Callable[[CallRecord], None] = lambda record: None,
        carried: tuple[str, ...] = (),
    ) -> None:
        self._log = log
        self._count = count
        self._carried = carried
        self._unwritten: list[CallRecord] = []

    def opened(self, method: str, metadata: Any) -> CallRecord:
        """Open the record of the call that this runs for.

        :param metadata: the call's metadata, pairs of key and value.
        """
        record = CallRecord(
            request_id_of(metadata),
            # A stranger may ask for a method of any length.
            method[:128],
            time.perf_counter_ns(),
        )
        if self._carried:
            for key, value in metadata or ():
                if key in self._carried and isinstance(value, str):
                    record.carried.setdefault(key, []).append(value)
        # The call has a task of its own, and with it a context of its own.
        _current.set(record)
        return record

    def finished(self) -> CallRecord:
        """Close the record of the call that this runs for, and return it."""
        record = _current.get()
        record.finished = time.perf_counter_ns()
        record.finished_at = time.time_ns()
        if not self._unwritten:
            asyncio.get_running_loop().call_later(FLUSH_AFTER, self.flush)
        self._unwritten.append(record)
        return record

    def flush(self) -> None:
        """Write the lines of all calls that have finished."""
        unwritten, self._unwritten = self._unwritten, []
        for record in unwritten:
            self._count(record)
        if unwritten:
            self._log.info("call_finished", calls=unwritten)
