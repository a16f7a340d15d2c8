"""Plans: what is computed of which columns, and in what order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

import numpy as np

from swapin.columns.bits import Bits, Words

BLOCK = 8192
"""Words of a block: enough that calling numpy costs little, few enough that the columns that are
alive at a time, a few dozen of 64 KiB, stay in the cache."""

Place = int
"""The number of a column; ``~`` of it is the column of all other rows."""

NONE: Place = 0
"""The column of no rows."""
ALL: Place = ~NONE
"""The column of all rows."""

_ALL = 1
"""Where all rows are kept."""

_Operation = Callable[..., Any]
_Step = tuple[_Operation, Place, Place, Place]


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


class Sketch:
    """What is to be computed: each column is made once, by one operation on two others.

    The first columns are none, all, and of each fact the values and the rows in which it is
    known. What is asked for twice is made once.
    """

    def __init__(self, facts: int) -> None:
        self.facts = facts
        self.made: list[tuple[_Operation, Place, Place]] = []
        """How the columns after those of the facts are made."""
        self.results: dict[tuple[str, str], Place] = {}
        """The column of each outcome and value that some row can have."""
        self._places: dict[tuple[_Operation, Place, Place], Place] = {}

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
        if one < 0 and two < 0:
            return ~self._make(np.bitwise_or, ~one, ~two)
        return self._make(np.bitwise_and, self.plain(one), self.plain(two))

    def either(self, one: Place, two: Place) -> Place:
        """The rows of either column."""
        if (one < 0) != (two < 0) and NONE not in (one, two) and ALL not in (one, two):
            # Facts are turned around more often than what is made of them.
            one, two = min(one, two), max(one, two)
            if one != ~two and ~one < self.first:
                return self._make(np.bitwise_or, self.plain(one), two)
        return ~self.both(~one, ~two)

    def differ(self, one: Place, two: Place) -> Place:
        """The rows of one column alone."""
        turned = (one < 0) != (two < 0)
        one, two = max(one, ~one), max(two, ~two)
        if one == two:
            made = NONE
        elif NONE in (one, two):
            made = max(one, two)
        else:
            made = self._make(np.bitwise_xor, one, two)
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
            self.results[outcome, value] = self.plain(column)

    def plain(self, column: Place) -> Place:
        """The same column, as it is kept."""
        if column == ALL:
            return _ALL
        return column if column >= 0 else self._make(np.bitwise_xor, ~column, _ALL)

    def _make(self, operation: _Operation, one: Place, two: Place) -> Place:
        key = (operation, min(one, two), max(one, two))
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = self.first + len(self.made)
            self.made.append(key)
        return place


class Plan:
    """A sketch as steps over few columns of memory: each is used again once it is done with.

    Columns are none, all, those of the facts, the results, and room to work in.
    """

    def __init__(self, sketch: Sketch) -> None:
        self.results = tuple(sketch.results)
        """Outcome and value of each result."""
        last = _last_uses(sketch)
        work = sketch.first + len(self.results)
        self.steps: list[_Step] = []
        self._copied: list[tuple[int, Place]] = []
        at = {place: place for place in range(sketch.first)}
        kept: set[Place] = set()
        for number, place in enumerate(sketch.results.values()):
            if place < sketch.first or place in kept:
                self._copied.append((number, place))
            else:
                at[place] = sketch.first + number
                kept.add(place)
        free: list[Place] = []
        for number, (operation, one, two) in enumerate(sketch.made):
            place = sketch.first + number
            if place not in last:
                continue
            # numpy may write over what it reads, so a step can take the room of what it ends.
            for read in {one, two}:
                if last[read] == place and read >= sketch.first and read not in kept:
                    free.append(at[read])
            if place not in at:
                at[place] = free.pop() if free else work
                work = max(work, at[place] + 1)
            self.steps.append((operation, at[one], at[two], at[place]))
        self._copied = [(number, at[place]) for number, place in self._copied]
        self._work = work - sketch.first - len(self.results)

    def run(self, read: Sequence[Bits | None], made: Words, start: int, stop: int) -> None:
        """Compute the words from *start* to *stop*.

        :param read: the facts.
        :param made: takes the results, a row for each.
        """
        size = min(BLOCK, stop - start)
        nothing = np.zeros(size, np.uint64)
        everything = ~nothing
        work = np.empty((self._work, size), np.uint64)
        for at in range(start, stop, BLOCK):
            end = min(at + BLOCK, stop)
            if end - at < size:
                size = end - at
                nothing, everything, work = nothing[:size], everything[:size], work[:, :size]
            columns = [nothing, everything]
            for bits in read:
                known = None if bits is None else bits.known
                columns.append(nothing if bits is None else bits.values[at:end])
                columns.append(nothing if known is None else known[at:end])
            columns.extend(made[:, at:end])
            columns.extend(work)
            for do, one, two, to in self.steps:
                do(columns[one], columns[two], columns[to])
            for number, column in self._copied:
                made[number, at:end] = columns[column]


def _last_uses(sketch: Sketch) -> dict[Place, Place]:
    """The step that needs each column last, by what it makes; what is not needed has none."""
    last: dict[Place, Place] = dict.fromkeys(sketch.results.values(), -1)
    for number in reversed(range(len(sketch.made))):
        place = sketch.first + number
        if place in last:
            for read in sketch.made[number][1:]:
                last.setdefault(read, place)
    return last
