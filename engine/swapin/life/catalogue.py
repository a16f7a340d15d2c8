"""The catalogue of litmus tests that comes with swapin."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from swapin.life.litmus import Litmus, litmus_file

HERE = Path(__file__).parent / "tests"


@cache
def catalogue() -> Mapping[str, Litmus]:
    """Every shipped test by name."""
    return {path.stem: litmus_file(path) for path in sorted(HERE.glob("*.litmus"))}
