"""A log of verdicts, for those who want to know what new rules would change; off unless asked for.

One JSON line a verdict: the fault without what tells of a machine, its outcomes, and the rules.
``swapin replay`` reads it.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from google.protobuf import json_format
from structlog.typing import FilteringBoundLogger

from swapin.service.logs import current
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import fault_pb2

_AGAIN = 30.0
"""Seconds after which a file that could not be written is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionOptions:
    """What is kept, and how much of it."""

    file: Path
    """Where; when it is full, it becomes ``FILE.1`` in place of an older one."""
    sample: float = 1.0
    """Share of verdicts that are kept, over 0 and at most 1, by chance."""
    most_bytes: int = 64 * 1024 * 1024
    """Size of one file; there are two at most."""

    def __post_init__(self) -> None:
        if not 0 < self.sample <= 1:
            raise ValueError("sample is over 0 and at most 1")
        if self.most_bytes < 1:
            raise ValueError("most_bytes is at least 1")


class Decisions:
    """Keeps verdicts. A file that cannot be written costs lines, never an answer.

    :param evaluate: what answers a fault; asked again about one that was masked, so that what
        is kept is the verdict of what is kept.
    :raises OSError: the file cannot be opened.
    """

    def __init__(
        self,
        options: DecisionOptions,
        evaluate: Callable[[fault_pb2.Fault], pb.Result],
        log: FilteringBoundLogger,
    ) -> None:
        self._options = options
        self._evaluate = evaluate
        self._log = log
        self._chance = random.Random()
        self._lost = 0
        self._broken_until = 0.0
        self._file: TextIO | None = self._open()

    def take(self, fault: fault_pb2.Fault, result: pb.Result) -> None:
        """Keep this verdict, if chance will; a fault that was refused has none."""
        if not result.HasField("verdict"):
            return
        if self._options.sample < 1 and self._chance.random() >= self._options.sample:
            return
        kept, masked = _masked(fault)
        if masked:
            result = self._evaluate(kept)
            if not result.HasField("verdict"):
                return
        self._write(_line(kept, masked, result))

    def _write(self, line: str) -> None:
        if self._broken_until and time.monotonic() < self._broken_until:
            self._lost += 1
            return
        try:
            if self._file is None:
                self._file = self._open()
            if self._file.tell() + len(line) > self._options.most_bytes:
                self._file.close()
                self._options.file.replace(self._options.file.with_name(self._old_name))
                self._file = self._open()
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            self._lost += 1
            self._log.error("decision_log_failed", reason=error.strerror, lost=self._lost)
            self._broken_until = time.monotonic() + _AGAIN
            self._give_up()
            return
        if self._broken_until:
            self._log.info("decision_log_works_again", lost=self._lost)
            self._broken_until, self._lost = 0.0, 0

    @property
    def _old_name(self) -> str:
        return f"{self._options.file.name}.1"

    def _open(self) -> TextIO:
        # Nobody but the server's user reads it.
        number = os.open(self._options.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        file = os.fdopen(number, "a", encoding="utf-8")
        file.seek(0, os.SEEK_END)
        return file

    def _give_up(self) -> None:
        file, self._file = self._file, None
        try:
            if file is not None:
                file.close()
        except OSError:
            # What it held is among what is lost.
            pass

    def close(self) -> None:
        """Close the file."""
        self._give_up()


def _masked(fault: fault_pb2.Fault) -> tuple[fault_pb2.Fault, list[str]]:
    """The fault without its raw PTE, which holds a swap slot of a real machine."""
    if not fault.pte.raw:
        return fault, []
    kept = fault_pb2.Fault()
    kept.CopyFrom(fault)
    kept.pte.ClearField("raw")
    return kept, ["pte.raw"]


def _line(fault: fault_pb2.Fault, masked: list[str], result: pb.Result) -> str:
    verdict = result.verdict
    told: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "request_id": current().request_id,
        "fault": json_format.MessageToDict(fault, preserving_proto_field_name=True),
        "outcomes": json_format.MessageToDict(verdict.outcomes, preserving_proto_field_name=True),
        "provenance": {
            "rules_edition": verdict.provenance.rules_edition,
            "catalog": verdict.provenance.catalog,
        },
    }
    if masked:
        told["masked"] = masked
    # ASCII, so that its length is its size.
    return json.dumps(told, separators=(",", ":")) + "\n"
