"""Sketches: which columns are computed of which others, before anything is said of how."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum

from swapin.columns.bits import Bits

Place = int
"""The number of a column; ``~`` of it is the column of all other rows."""

NONE: Place = 0
"""The column of no rows."""
ALL: Place = ~NONE
"""The column of all rows."""
IMPOSSIBLE = ("", "")
"""What stands for outcome and value of the rows that no admissible state agrees with."""


def upright(place: Place) -> Place:
    """The column itself, of one or of one turned around."""
    return max(place, ~place)


class Given(Enum):
    """How a fact is given for many rows."""

    KNOWN = "in every row"
    SOME = "in some rows"
    NOT = "in no row"

    @classmethod
    def of(cls, bits: Bits | None) -> Given:
        """How a column gives its fact."""
        if bits is None:
            return cls.NOT
        return cls.KNOWN if bits.known is None else cls.SOME


class Join(Enum):
    """How a column is made of two others."""

    BOTH = "the rows of both"
    DIFFER = "the rows of one alone"


class Sketch:
    """What is to be computed. What is asked for twice is made once.

    The first columns are none, all, and of each fact the values and the rows in which it is known.
    """

    def __init__(self, facts: int) -> None:
        self.facts = facts
        self.made: list[tuple[Join, Place, Place]] = []
        """How the columns after those of the facts are made."""
        self.results: dict[tuple[str, str], Place] = {}
        """The column of each outcome and value that some row can have."""
        self._places: dict[tuple[Join, Place, Place], Place] = {}

    @property
    def first(self) -> Place:
        """The first column that is made."""
        return 2 + 2 * self.facts

    def values(self, fact: int) -> Place:
        """Where a fact is yes; anything where it is unknown."""
        return 2 + 2 * fact

    def known(self, fact: int) -> Place:
        """Where a fact is known."""
        return 3 + 2 * fact

    def both(self, one: Place, two: Place) -> Place:
        """The rows of both columns."""
        if NONE in (one, two) or one == ~two:
            return NONE
        if ALL in (one, two) or one == two:
            return two if one == ALL else one
        return self._make(Join.BOTH, one, two)

    def either(self, one: Place, two: Place) -> Place:
        """The rows of either column."""
        return ~self.both(~one, ~two)

    def differ(self, one: Place, two: Place) -> Place:
        """The rows of one column alone."""
        turned = (one < 0) != (two < 0)
        one, two = upright(one), upright(two)
        if one == two:
            made = NONE
        elif NONE in (one, two):
            made = max(one, two)
        else:
            made = self._make(Join.DIFFER, one, two)
        return ~made if turned else made

    def union(self, columns: Sequence[Place]) -> Place:
        """The rows of any of the columns."""
        union = NONE
        for column in columns:
            union = self.either(union, column)
        return union

    def give(self, outcome: str, value: str, column: Place) -> None:
        """Make a column the result for a value, unless no row has it."""
        if column != NONE:
            self.results[outcome, value] = column

    def leave(self, values: Collection[str]) -> None:
        """Leave these values as the results, and the impossible rows."""
        self.results = {
            key: place
            for key, place in self.results.items()
            if key == IMPOSSIBLE or key[1] in values
        }

    def _make(self, join: Join, one: Place, two: Place) -> Place:
        key = (join, min(one, two), max(one, two))
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = self.first + len(self.made)
            self.made.append(key)
        return place
