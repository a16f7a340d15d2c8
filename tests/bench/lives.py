"""Lives of a page: states a second and memory, and what processes, pages and steps cost."""

from __future__ import annotations

import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

from plot import chart

from swapin.life.decide import Decider
from swapin.life.lives import explore
from swapin.program import load_program

KERNEL = "7.3"
PLOT = Path(__file__).parents[2] / "docs" / "lives.svg"
_SIZES = ((1, 1, 12), (2, 1, 10), (3, 1, 8), (1, 2, 8), (2, 2, 7), (2, 3, 5))
"""Processes, pages, and the steps that some seconds are enough for."""


def run(rounds: int) -> list[dict[str, Any]]:
    """Rows of the part; draws :data:`PLOT` too."""
    program = load_program()

    def states(processes: int, pages: int, steps: int) -> tuple[int, float]:
        decider = Decider(program, KERNEL, backend="null_blk")
        start = time.perf_counter()
        found = explore(decider, processes=processes, pages=pages, steps=steps)
        assert not found.broken
        return found.states, time.perf_counter() - start

    times = [states(2, 1, 10) for _ in range(min(rounds, 3))]
    count, seconds = min(times, key=lambda one: one[1])
    tracemalloc.start()
    states(2, 1, 8)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    small, _ = states(2, 1, 8)
    lines = {}
    for processes, pages, most in _SIZES:
        name = f"{processes} process{'es' if processes > 1 else ''}, {pages} page"
        lines[name + ("s" if pages > 1 else "")] = [
            (steps, float(states(processes, pages, steps)[0])) for steps in range(1, most + 1)
        ]
    PLOT.write_text(
        chart(f"Lives of a page on {KERNEL}", "steps of a life", "states", lines), encoding="utf-8"
    )
    print(f"drawn: {PLOT}", file=sys.stderr)
    return [
        _row("2 processes, 1 page, 10 steps", seconds, "s", seconds / 10, "ten seconds"),
        _row("states a second", count / seconds, "states/s", count / seconds / 1000, "a thousand"),
        _row("memory of a state", peak / small, "bytes", peak / small / 1024, "a KiB"),
    ]


def _row(what: str, figure: float, unit: str, ratio: float, of: str) -> dict[str, Any]:
    return {"what": what, "figure": figure, "unit": unit, "ratio": ratio, "of": of}
