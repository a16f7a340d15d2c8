"""A sketch as operations that numpy has: and, or, exclusive or, and turning a column around.

numpy has no *and not*. So joins, which take columns turned around for nothing, become operations
in two steps, neither of which changes what is computed:

- joins of joins are flattened, and what several have in common is made once;
- each column is made as it is or turned around, *and* of some being *or* of the same turned
  around, so that few are needed both ways.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from swapin.columns.sketch import NONE, Join, Place, Sketch, upright

EVERY: Place = 1
"""Where the column of all rows is kept."""

_SWEEPS = 4
"""Over all columns, to see which are better made turned around."""

Operation = Callable[..., Any]
Made = tuple[Operation, Place, Place]
"""An operation of numpy on two columns; ``numpy.invert`` has one, which is named twice."""


@dataclass(frozen=True, slots=True)
class Operations:
    """What is computed, in order; no place is below zero."""

    first: Place
    """Columns before it are none, all, and those of the facts."""
    made: list[Made]
    """How each column from *first* on is made."""
    results: dict[tuple[str, str], Place]
    """The column of each outcome and value that some row can have."""


def lowered(sketch: Sketch) -> Operations:
    """The operations of a sketch."""
    joins = _Joins(sketch)
    joins.share()
    return _Lowering(sketch, joins).operations()


class _Joins:
    """The columns of a sketch that are needed, each of any number of others."""

    def __init__(self, sketch: Sketch) -> None:
        self.both: dict[Place, set[Place]] = {}
        """Columns that are the rows of all of these."""
        self.differ: dict[Place, tuple[Place, Place]] = {}
        """Columns that are the rows of one of two alone."""
        self._next = sketch.first + len(sketch.made)
        uses = Counter(map(upright, sketch.results.values()))
        numbered = list(enumerate(sketch.made, sketch.first))
        for place, (_, one, two) in reversed(numbered):
            if uses[place]:
                uses.update((upright(one), upright(two)))
        for place, (join, one, two) in numbered:
            if uses[place] and join is Join.DIFFER:
                self.differ[place] = (one, two)
            elif uses[place]:
                self.both[place] = set()
                for part in (one, two):
                    alone = part in self.both and uses[part] == 1
                    self.both[place] |= self.both.pop(part) if alone else {part}

    def share(self) -> None:
        """Make what most have in common a column of its own, while two have two in common."""
        having: dict[tuple[Place, Place], set[Place]] = defaultdict(set)
        for place, parts in self.both.items():
            for pair in _pairs(parts):
                having[pair].add(place)
        waiting = [(-len(places), pair) for pair, places in having.items() if len(places) > 1]
        heapq.heapify(waiting)
        while waiting:
            count, pair = heapq.heappop(waiting)
            places = having[pair]
            if len(places) != -count:
                # Some of them share something else by now.
                if len(places) > 1:
                    heapq.heappush(waiting, (-len(places), pair))
                continue
            new = min((place for place in places if len(self.both[place]) == 2), default=self._next)
            self._next += new == self._next
            for place in sorted(places - {new}):
                for old in _pairs(self.both[place]):
                    having[old].discard(place)
                self.both[place] = self.both[place].difference(pair) | {new}
                for now in _pairs(self.both[place]):
                    having[now].add(place)
                    if new in now and len(having[now]) > 1:
                        heapq.heappush(waiting, (-len(having[now]), now))
            self.both[new] = set(pair)


def _pairs(parts: set[Place]) -> list[tuple[Place, Place]]:
    ordered = sorted(parts)
    return [(one, two) for number, two in enumerate(ordered) for one in ordered[:number]]


class _Lowering:
    """The same columns in an order in which they can be made, as they are or turned around."""

    def __init__(self, sketch: Sketch, joins: _Joins) -> None:
        self._first, self._results = sketch.first, sketch.results
        self._both, self._differ = joins.both, joins.differ
        self._order: list[Place] = []
        seen = set(range(self._first))

        def visit(place: Place) -> None:
            if place not in seen:
                seen.add(place)
                for part in self._parts(place):
                    visit(upright(part))
                self._order.append(place)

        # In the order of the sketch, which has few columns alive at a time.
        for place in sorted({*self._both, *self._differ}):
            if place < sketch.first + len(sketch.made):
                visit(place)
        self._turned: dict[Place, bool] = {}
        self._made: list[Made] = []
        self._made_at: dict[Made, Place] = {}
        self._at: dict[tuple[Place, bool], Place] = {}

    def _parts(self, place: Place) -> list[Place]:
        return sorted(self._both.get(place) or self._differ[place])

    def operations(self) -> Operations:
        """The columns as operations."""
        self._turn()
        for place in self._order:
            self._place(place, self._turned[place])
        results = {
            key: self._place(upright(place), place < 0) for key, place in self._results.items()
        }
        return Operations(self._first, self._made, results)

    def _turn(self) -> None:
        """Choose which columns are made turned around."""
        turned = self._turned
        users: dict[Place, list[tuple[Place, bool]]] = defaultdict(list)
        asked: dict[Place, set[bool]] = defaultdict(set)
        for place, parts in self._both.items():
            for part in parts:
                users[upright(part)].append((place, part < 0))
        for place in self._results.values():
            asked[upright(place)].add(place < 0)

        def costs(place: Place) -> bool:
            other = not turned[place]
            return other in asked[place] or any(
                turned[user] ^ around == other for user, around in users[place]
            )

        # From either start, a column is turned if that leaves fewer that are needed both ways.
        tried = []
        for start in (False, True):
            turned.update(dict.fromkeys(range(self._first), False))
            turned.update(dict.fromkeys(self._order, start))
            for _ in range(_SWEEPS):
                self._turn_differing()
                for place in reversed(self._order):
                    if place in self._both:
                        near = {place, *map(upright, self._both[place])}
                        before = sum(map(costs, near))
                        turned[place] = not turned[place]
                        if sum(map(costs, near)) >= before:
                            turned[place] = not turned[place]
            self._turn_differing()
            tried.append((sum(map(costs, turned)), start, dict(turned)))
        self._turned = min(tried)[2]

    def _turn_differing(self) -> None:
        """Those that differ take each column as it is, which makes them what they are."""
        for place in self._order:
            if place in self._differ:
                one, two = self._differ[place]
                self._turned[place] = self._turned[one] ^ self._turned[two]

    def _place(self, place: Place, turned: bool) -> Place:
        """Where a column is, or where it is turned around."""
        if place == NONE:
            return EVERY if turned else NONE
        found = self._at.get((place, turned))
        if found is None:
            if turned != self._turned[place]:
                other = self._place(place, not turned)
                found = self._make(np.invert, other, other)
            elif place < self._first:
                found = place
            elif place in self._both:
                operation = np.bitwise_or if turned else np.bitwise_and
                found, *rest = (
                    self._place(upright(part), (part < 0) ^ turned) for part in self._parts(place)
                )
                for other in rest:
                    found = self._make(operation, found, other)
            else:
                one, two = (self._place(part, self._turned[part]) for part in self._differ[place])
                found = self._make(np.bitwise_xor, one, two)
            self._at[place, turned] = found
        return found

    def _make(self, operation: Operation, one: Place, two: Place) -> Place:
        made = (operation, min(one, two), max(one, two))
        place = self._made_at.get(made)
        if place is None:
            place = self._made_at[made] = self._first + len(self._made)
            self._made.append(made)
        return place
