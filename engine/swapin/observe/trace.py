"""Read what the probes of :mod:`swapin.observe.probes` wrote into the kernel's trace.

A program of bpftrace may have put a fault together by itself; then it is one line of JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from swapin.observe.probes import ANON_RMAP, NEW_ANON_RMAP

_EVENT = re.compile(
    r"^\s*(?P<task>.*)-(?P<pid>\d+)\s+(?:\([\s\d-]+\)\s+)?\[\d+\].*?\s\d+\.\d+: "
    r"(?P<event>\w+): (?P<text>.*)$"
)
_VALUE = re.compile(r"(\w+)=(0x[0-9a-f]+|-?\d+)")
_PAGE = 4096
_AT_FAULT, _AT_MAP = {"addr", "pte", "flags"}, {"page_flags", "mapping", "refcount"}
"""What is read without fail when ``do_swap_page()`` and a function that maps are entered."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a scenario, as its mark in the trace tells it."""

    actor: str
    verb: str
    swap_count: int | None
    """Swap PTEs of the slot before the step; ``None``: the page was not swapped, or not asked."""


@dataclass(slots=True)
class Seen:
    """One fault that ended in a mapping."""

    pid: int
    values: Mapping[str, int]
    """What was read when ``do_swap_page()`` was entered."""
    task: str = ""
    """The name of the process."""
    step: Step | None = None
    mapped_by: str = ""
    mapped: Mapping[str, int] = field(default_factory=dict)
    """What was read when the page was mapped; empty if it was not."""
    wp: bool = False
    """A write-protect fault on the address followed."""
    copied: bool = False
    """It mapped a new page."""
    after: Mapping[str, int] | None = None
    """Flags (those of ``/proc/kpageflags``) and map count after the step."""


def faults(lines: Iterable[str], *, steps: bool) -> Iterator[Seen]:
    """The faults that a trace tells of, in order; lines that are no event are passed over.

    :param steps: the trace has the marks of a scenario, and all that follows on the address up to
        the next mark belongs to a fault. Otherwise a fault ends where ``do_swap_page()`` returns.
    """
    reader = _Reader(steps)
    for line in lines:
        yield from reader.read(line)
    yield from reader.close()


class _Reader:
    def __init__(self, steps: bool) -> None:
        self._steps = steps
        self._step: Step | None = None
        self._open: dict[tuple[int, int], Seen] = {}

    def read(self, line: str) -> Iterator[Seen]:
        found = _EVENT.match(line)
        if found is None:
            if whole := _whole(line):
                yield whole
            return
        pid, event, text = int(found["pid"]), found["event"], found["text"]
        if event == "tracing_mark_write":
            yield from self._mark(text)
            return
        if event == "returned":
            if not self._steps:
                yield from self.close(pid)
            return
        values = {name: int(value, 0) for name, value in _VALUE.findall(text)}
        if "addr" not in values:
            return
        key = (pid, values["addr"] // _PAGE)
        if event == "fault":
            # One that mapped nothing was retried; one that did is told.
            before = self._open.pop(key, None)
            if before and before.mapped:
                yield before
            self._open[key] = Seen(pid, values, found["task"], self._step)
        elif key in self._open:
            _follow(self._open[key], event, values)

    def _mark(self, text: str) -> Iterator[Seen]:
        words = text.split()
        values = {name: int(value, 0) for name, value in _VALUE.findall(text)}
        if words[:1] == ["swapin_after"]:
            for seen in self._open.values():
                seen.after = values
        elif words[:1] == ["swapin_step"] and len(words) >= 3:
            yield from self.close()
            count = values.get("swap_count", -1)
            self._step = Step(words[1], words[2], count if count >= 0 else None)

    def close(self, pid: int | None = None) -> Iterator[Seen]:
        for key in [key for key in self._open if pid in (None, key[0])]:
            seen = self._open.pop(key)
            if seen.mapped:
                yield seen


def _whole(line: str) -> Seen | None:
    """The fault that a line of JSON tells: its fields are those of :class:`Seen`, all numbers."""
    if not line.startswith("{"):
        return None
    try:
        told = json.loads(line)
        values, mapped = (
            {k: int(v) for k, v in told[part].items()} for part in ("fault", "mapped")
        )
        if not (values.keys() >= _AT_FAULT and mapped.keys() >= _AT_MAP):
            return None
        by = NEW_ANON_RMAP if mapped.pop("new") else ANON_RMAP
        wp, copied = bool(told["wp"]), bool(told["copied"])
        return Seen(told["tid"], values, mapped_by=by, mapped=mapped, wp=wp, copied=copied)
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return None


def _follow(seen: Seen, event: str, values: Mapping[str, int]) -> None:
    if event in (ANON_RMAP, NEW_ANON_RMAP):
        if not seen.mapped:
            seen.mapped_by, seen.mapped = event, values
        elif seen.wp and values.get("page") != seen.mapped.get("page"):
            seen.copied = True
    elif event == "wp" and seen.mapped:
        seen.wp = True
