"""Timing in interleaved rounds, so that a noisy machine troubles all candidates alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

Row = dict[str, Any]


def interleaved(rounds: int, candidates: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Median of each candidate's figure over the rounds."""
    figures: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, measure in candidates.items():
            figures[name].append(measure())
    return {name: statistics.median(values) for name, values in figures.items()}


def each(function: Callable[[Any], Any], inputs: list[Any], seconds: float = 0.15) -> float:
    """Nanoseconds a call, over all inputs, for about so many seconds."""
    calls, started = 0, time.perf_counter_ns()
    until = started + seconds * 1e9
    while True:
        for one in inputs:
            function(one)
        calls += len(inputs)
        now = time.perf_counter_ns()
        if now >= until:
            return (now - started) / calls


def rows(figures: Mapping[str, float], unit: str, base: str) -> list[Row]:
    """Rows of a table, each with its ratio to one of them."""
    return [
        {
            "what": name,
            "figure": figure,
            "unit": unit,
            "ratio": figure / figures[base],
            "of": base,
        }
        for name, figure in figures.items()
    ]
