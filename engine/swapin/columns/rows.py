"""What is collected for the rows of a batch: why some have no answer, and what the others have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from swapin.columns.bits import Words, words
from swapin.columns.decider import Outcomes
from swapin.model import FaultError, Group


class Errors:
    """The first thing that is wrong with each row."""

    def __init__(self, rows: int) -> None:
        self.any: Words = np.zeros(words(rows), np.uint64)
        """The rows with which something is wrong."""
        self.rows_of: dict[str, Words] = {}
        """The rows with each thing that is wrong; a row has one."""

    def note(self, error: str | FaultError, rows: Words) -> None:
        """Note what is wrong with some rows; what was noted before stays."""
        mine = rows & ~self.any
        if mine.any():
            text = error if isinstance(error, str) else _told(error)
            before = self.rows_of.get(text)
            self.rows_of[text] = mine if before is None else before | mine
            self.any |= mine


def _told(error: FaultError) -> str:
    """Reasons, fields and messages in one line."""
    return "; ".join(f"{problem.reason} {problem}" for problem in error.problems)


class Merged:
    """Outcomes of rows with different descriptions; each row takes those of its own."""

    def __init__(self, rows: int, groups: Sequence[Group]) -> None:
        self._rows = rows
        self.impossible: Words = np.zeros(words(rows), np.uint64)
        self._values: dict[str, dict[str, Words]] = {group.field: {} for group in groups}

    def take(self, outcomes: Outcomes, rows: Words | None) -> None:
        """Take what is said of some rows; ``None``: of all."""
        self.impossible = _joined(self.impossible, outcomes.impossible, rows)
        for outcome, values in outcomes.values.items():
            mine = self._values[outcome]
            for value, column in values.items():
                mine[value] = _joined(mine.get(value), column, rows)

    def outcomes(self, bad: Words) -> Outcomes:
        """What was taken, but for rows with which something is wrong."""
        if bad.any():
            good = ~bad
            for values in self._values.values():
                for value in values:
                    values[value] = values[value] & good
        return Outcomes(self._rows, self._values, self.impossible)


def _joined(mine: Words | None, column: Words, rows: Words | None) -> Words:
    taken: Words = column if rows is None else column & rows
    return taken if mine is None else mine | taken
