"""Fewer operations for the same results, where so few columns are read that all is tried.

A column that is made of a few others has a truth table: one number, with a bit for each choice of
the others. An operation takes the place of another wherever no result tells them apart
(resubstitution, with what the rest of the operations leaves open: Mishchenko and Brayton, 2005).
Those that save nothing are taken too, by chance, since others may save something after them. What
comes out has the truth tables of what went in; that is checked.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from swapin.columns.lower import EVERY, Made, Operation, Operations
from swapin.columns.sketch import NONE, Place

_MOST_READ = 12
"""Columns that are read: with one more, truth tables are twice as long."""
_MOST_MADE = 64
"""Operations: the time goes with the third power of their number."""
_ROUNDS = 16
"""Over all operations, which is 60 ms for the marker decision, a quarter of a second at most..."""
_ROUNDS_OF_LONG = 2
"""... and if more than these columns are read, whose truth tables are long."""
_LONG = 8

_Gates = dict[Place, Made]
_Tables = dict[Place, int]
_Way = tuple[tuple[Made, ...], Place]
"""New operations, and the column that then is the one that is wanted."""


def fewer(operations: Operations) -> Operations:
    """The same results by fewer operations, if it is worth trying."""
    read = _read(operations)
    if len(read) > _MOST_READ or len(operations.made) > _MOST_MADE:
        return operations
    rounds = _ROUNDS if len(read) <= _LONG else _ROUNDS_OF_LONG
    found = _Search(operations, read).fewest(rounds)
    if tables(found, read) != tables(operations, read):
        raise AssertionError("operations were put in the place of others that they do not equal")
    return found


def tables(operations: Operations, read: Iterable[Place]) -> dict[tuple[str, str], int]:
    """The truth table of each result over the columns that are read."""
    given = _given(read)
    made = dict(enumerate(operations.made, operations.first))
    values = _values(given, made, made)
    return {key: values[place] for key, place in operations.results.items()}


def _read(operations: Operations) -> list[Place]:
    used = {*operations.results.values()}
    used.update(place for _, *operands in operations.made for place in operands)
    return sorted(place for place in used if EVERY < place < operations.first)


def _given(read: Iterable[Place]) -> _Tables:
    """Truth tables of the columns that are not made."""
    read = list(read)
    every = (1 << (1 << len(read))) - 1
    given = {NONE: 0, EVERY: every}
    for number, place in enumerate(read):
        run = 1 << number
        given[place] = every // ((1 << run) + 1) << run
    return given


def _values(given: _Tables, gates: Mapping[Place, Made], order: Iterable[Place]) -> _Tables:
    values = dict(given)
    for place in order:
        values[place] = _value(gates[place], values)
    return values


def _value(gate: Made, values: _Tables) -> int:
    operation, one, two = gate
    if operation is np.invert:
        return values[EVERY] ^ values[one]
    if operation is np.bitwise_and:
        return values[one] & values[two]
    if operation is np.bitwise_or:
        return values[one] | values[two]
    return values[one] ^ values[two]


class _Search:
    """Operations by the columns that they make, which get fewer."""

    def __init__(self, operations: Operations, read: Iterable[Place]) -> None:
        self._first = operations.first
        self._keys = list(operations.results)
        self._results = list(operations.results.values())
        self._gates: _Gates = dict(enumerate(operations.made, self._first))
        self._given = _given(read)
        self._all = self._given[EVERY]
        self._next = self._first + len(self._gates)
        self._chance = random.Random(1)

    def fewest(self, rounds: int) -> Operations:
        """The fewest operations that were found."""
        best = self._operations()
        for _ in range(rounds):
            for place in reversed(self._order()):
                order = self._order()
                if place in order:
                    self._replace(place, order)
            self._gates = {place: self._gates[place] for place in self._order()}
            if len(self._gates) < len(best.made):
                best = self._operations()
        return best

    def _operations(self) -> Operations:
        order = self._order()
        at = {place: place for place in range(self._first)}
        at.update((place, number) for number, place in enumerate(order, self._first))
        made = [(do, at[one], at[two]) for do, one, two in map(self._gates.__getitem__, order)]
        results = [at[place] for place in self._results]
        return Operations(self._first, made, dict(zip(self._keys, results, strict=True)))

    def _order(self) -> list[Place]:
        """What is needed, each after what it is made of."""
        return list(self._cone(self._results, {}))

    def _cone(self, places: Iterable[Place], done: dict[Place, None]) -> dict[Place, None]:
        """What is needed for some columns, after what is done already."""

        def visit(place: Place) -> None:
            if place >= self._first and place not in done:
                for part in set(self._gates[place][1:]):
                    visit(part)
                done[place] = None

        for place in places:
            visit(place)
        return done

    def _replace(self, place: Place, order: list[Place]) -> None:
        """Put in the place of an operation what costs least, be that no less than before."""
        values = _values(self._given, self._gates, order)
        after, care = self._told_apart(place, order, values)
        others = {other: value for other, value in values.items() if other not in after}
        rest = self._cone(self._results, {place: None})
        least = len(order)
        found: list[_Way] = []
        for way in self._ways(others, values[place] & care, care):
            gates, new = way
            parts = (new, *(part for _, *pair in gates for part in pair))
            # The column itself is in the rest.
            kept = self._cone((part for part in parts if part < self._next), dict(rest))
            cost = len(kept) - 1 + len(gates)
            if cost < least:
                least, found = cost, []
            if cost == least:
                found.append(way)
        if found:
            gates, new = self._chance.choice(found)
            self._gates.update(enumerate(gates, self._next))
            self._next += len(gates)
            self._use(new, place)

    def _use(self, new: Place, place: Place) -> None:
        """Use a column in the place of another."""
        for user, (do, one, two) in self._gates.items():
            if place in (one, two):
                one, two = (new if part == place else part for part in (one, two))
                self._gates[user] = (do, one, two)
        self._results = [new if result == place else result for result in self._results]

    def _told_apart(
        self, place: Place, order: list[Place], values: _Tables
    ) -> tuple[set[Place], int]:
        """What is made of a column, and where it makes a difference to a result."""
        after = {place}
        turned = {**values, place: self._all ^ values[place]}
        for other in order:
            if other != place and not after.isdisjoint(self._gates[other][1:]):
                after.add(other)
                turned[other] = _value(self._gates[other], turned)
        care = 0
        for result in self._results:
            care |= values[result] ^ turned[result]
        return after, care

    def _ways(self, others: _Tables, on: int, care: int) -> Iterator[_Way]:
        """How to make a column that has some rows among those that matter."""
        new, off = self._next, care & ~on
        for gate in _making(others, on, care):
            yield (gate,), new
        for place, value in others.items():
            if value & care == on:
                yield (), place
            # What the other operand must be for this one to be of use.
            wanted: list[tuple[Operation, int, int]] = [(np.bitwise_xor, (on ^ value) & care, care)]
            if not on & ~value:
                wanted.append((np.bitwise_and, on, on | off & value))
            if not off & value:
                wanted.append((np.bitwise_or, on & ~value, care & ~value))
            for operation, rows, matter in wanted:
                for gate in _making(others, rows, matter):
                    yield (gate, (operation, place, new)), new + 1


def _making(others: _Tables, on: int, care: int) -> Iterator[Made]:
    """Operations on two columns that make one which has some rows among those that matter."""
    off = care & ~on
    within: list[tuple[Place, int]] = []
    around: list[tuple[Place, int]] = []
    alike: dict[int, Place] = {}
    for place, value in others.items():
        if place in (NONE, EVERY):
            continue
        if not on & ~value:
            around.append((place, value))
        if not off & value:
            within.append((place, value))
        held = value & care
        if held == off:
            yield np.invert, place, place
        if held ^ on in alike:
            yield np.bitwise_xor, alike[held ^ on], place
        alike[held] = place
    for number, (two, value) in enumerate(around):
        for one, other in around[:number]:
            if not value & other & off:
                yield np.bitwise_and, one, two
    for number, (two, value) in enumerate(within):
        for one, other in within[:number]:
            if not on & ~(value | other):
                yield np.bitwise_or, one, two
