"""Logs as JSON lines: one line a call, with what can be counted and nothing of the payload."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import secrets
import time
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TextIO

import grpc
import structlog
from structlog.typing import FilteringBoundLogger

from swapin.service.aio import EXEMPT, Behaviour, Context, Continuation, Handler, Interceptor
from swapin.service.handlers import Wrapping

FLUSH_AFTER = 0.02
"""Seconds that the line of a finished call may wait for others to be written with it."""

DURATIONS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Bounds of histograms of how long calls take, in seconds."""

REQUEST_ID = "x-request-id"
"""Metadata key of the request id, in requests and in answers."""


# Random once, then counted: unique, and cheaper than randomness for each call.
_RUN = secrets.token_hex(4)
_calls = itertools.count(1)


@dataclass(slots=True)
class CallRecord:
    """What is known of a call when it has finished."""

    request_id: str
    method: str
    started: int
    """``perf_counter_ns()``."""
    finished: int = 0
    """``perf_counter_ns()``, and at the same moment:"""
    finished_at: float = 0.0
    """``time()``."""
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


_current: ContextVar[CallRecord] = ContextVar("call_record")


def current() -> CallRecord:
    """The record of the call that this code runs for; a throw-away one outside of calls."""
    return _current.get(None) or CallRecord("", "", 0)


# One encoder for all lines: json.dumps() would make one for each.
_encode = json.JSONEncoder(default=repr, ensure_ascii=False).encode


def _encoded(line: dict[str, Any], **_: Any) -> str:
    return _encode(line)


def _with_call(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What is logged on behalf of a call names it."""
    record = _current.get(None)
    if record is not None:
        line.setdefault("request_id", record.request_id)
        line.setdefault("method", record.method)
    return line


def make_log(stream: TextIO, level: int = logging.INFO) -> FilteringBoundLogger:
    """A logger that writes JSON lines to a stream, each with the call that it is about."""
    log: FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[
            _with_call,
            structlog.processors.add_log_level,
            structlog.processors.MaybeTimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_encoded),
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


class CallLog(Interceptor):
    """Gives each call a request id and writes one ``call_finished`` line when it ends.

    The id is in the trailing metadata of every answer, errors included, and in every line
    that is logged on behalf of the call. Health and reflection leave no line.

    Lines of calls that finish close together are written together: rendering one between two
    calls costs five times what it costs among its like, and more than evaluating a fault.

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
        self._recorded = Wrapping(self._recording)
        self._unwritten: list[CallRecord] = []

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler:
        """Open the call's record."""
        method = handler_call_details.method
        if method.startswith(EXEMPT):
            return await continuation(handler_call_details)
        record = CallRecord(
            request_id_of(handler_call_details.invocation_metadata),
            # A stranger may ask for a method of any length.
            method[:128],
            time.perf_counter_ns(),
        )
        if self._carried:
            for key, value in handler_call_details.invocation_metadata or ():
                if key in self._carried and isinstance(value, str):
                    record.carried.setdefault(key, []).append(value)
        # The call has a task of its own, and with it a context of its own.
        _current.set(record)
        task = asyncio.current_task()
        assert task is not None
        task.add_done_callback(self._finished)
        handler = await continuation(handler_call_details)
        if handler is None:
            record.code = grpc.StatusCode.UNIMPLEMENTED.name
            return handler
        return self._recorded(handler)

    def _recording(self, behaviour: Behaviour) -> Behaviour:
        async def run(request: Any, context: Context) -> Any:
            record = _current.get()
            context.set_trailing_metadata(((REQUEST_ID, record.request_id),))
            try:
                answer = await behaviour(request, context)
                if hasattr(request, "__aiter__"):
                    # grpc tells of a client that left as of one that ended its stream; that it
                    # left arrives a moment later, as a cancellation. Should that come too late
                    # even so, the line says OK.
                    await asyncio.sleep(0)
            except grpc.aio.AbortError:
                record.code = context.code().name
                raise
            except BaseException:
                # The client left, or its deadline passed: seen as a cancelled task, or first
                # as a message that could not be sent.
                late = context.time_remaining() == 0
                record.code = "DEADLINE_EXCEEDED" if late else "CANCELLED"
                raise
            record.code = "OK"
            return answer

        return run

    def _finished(self, task: asyncio.Task[Any]) -> None:
        # Runs in the context that the call's interceptor ran in.
        record = _current.get()
        record.finished = time.perf_counter_ns()
        record.finished_at = time.time()
        if not self._unwritten:
            task.get_loop().call_later(FLUSH_AFTER, self.flush)
        self._unwritten.append(record)

    def flush(self) -> None:
        """Write the lines of all calls that have finished."""
        unwritten, self._unwritten = self._unwritten, []
        for record in unwritten:
            self._count(record)
            more = {"client": record.client} if record.client else {}
            finished_at = datetime.fromtimestamp(record.finished_at, UTC)
            self._log.info(
                "call_finished",
                request_id=record.request_id,
                method=record.method,
                code=record.code,
                duration_us=(record.finished - record.started) // 1000,
                faults=record.faults,
                refused=record.refused,
                undetermined=record.undetermined,
                **more,
                timestamp=finished_at.replace(tzinfo=None).isoformat() + "Z",
            )
