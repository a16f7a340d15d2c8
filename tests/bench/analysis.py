"""Questions about all states: listed by columns, counted by diagrams, and the commands whole."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from typing import Any

from swapin.analysis import check, diff, side_of
from swapin.analysis.columns import Columns
from swapin.catalog import load_catalog
from swapin.program.interpreter import Interpreter

KERNEL = "6.12"


def run(rounds: int) -> list[dict[str, Any]]:
    """Rows of the part."""
    catalog = load_catalog()
    side = side_of(catalog, KERNEL)
    meaning = Interpreter(catalog, side.kernel, side.known).meanings["outcome.exclusive"]
    names = sorted(set(meaning.names()))
    # As many states as a listing of this outcome with two dozen free facts has.
    free = [*names, *(f"free.{index:02}" for index in range(28 - len(names)))]
    columns = Columns([meaning], free)
    listed = min(_timed(columns.counts) for _ in range(rounds))
    one, two = side_of(catalog, "6.19"), side_of(catalog, "7.0")
    checked = min(_timed(lambda: check([side])) for _ in range(rounds))
    compared = min(_timed(lambda: diff(one, two)) for _ in range(rounds))
    rate = columns.states / listed
    rows = [
        _row("columns: one outcome", rate, "states/s", rate / 1e9, "a thousand million"),
        _row(f"check {KERNEL}", checked * 1e3, "ms", checked, "one second"),
        _row("diff 6.19 7.0, every outcome", compared * 1e3, "ms", compared, "one second"),
    ]
    for command in (["check", "--all"], ["diff", "6.19", "7.0"]):
        seconds, mebibytes = _process(command)
        rows.append(_row(f"swapin {' '.join(command)}", seconds * 1e3, "ms", seconds, "one second"))
        rows.append(_row("  its memory", mebibytes, "MiB", mebibytes / 200, "200 MiB"))
    return rows


def _timed(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _process(command: list[str]) -> tuple[float, float]:
    """Processor time and peak memory of a whole command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "swapin", *command], stdout=subprocess.DEVNULL, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, after.ru_maxrss / 1024


def _row(what: str, figure: float, unit: str, ratio: float, of: str) -> dict[str, Any]:
    return {"what": what, "figure": figure, "unit": unit, "ratio": ratio, "of": of}
