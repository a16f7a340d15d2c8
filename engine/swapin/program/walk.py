"""A diagram as tables, to be looked up one after the other.

A row walks from state to state. A step reads a few facts, each *no*, *yes* or *unknown*, and its
table tells the next state; an unknown fact takes both branches of the diagram, whose union is a
state of its own. So a row costs a look-up a step, however many nodes the diagram has, and the
whole is as long as the diagram with its unions is large.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from swapin.program.diagram import Diagrams

MOST_ENTRIES = 500_000
"""Of all tables together; what needs more is refused."""

_ANSWERS = 3
"""No, yes and unknown: the digits that a fact gives."""


class TooManyStates(ValueError):
    """The tables have more than :data:`MOST_ENTRIES` entries."""

    def __init__(self) -> None:
        super().__init__(f"its tables have more than {MOST_ENTRIES:,} entries")


@dataclass(frozen=True, slots=True)
class Step:
    """What one look-up reads, and where it leads."""

    names: tuple[str, ...]
    """The facts, the first of which counts most."""
    table: tuple[int, ...]
    """The next state, at ``state * 3 ** len(names) + digits``; the digits of a fact are 0 for no,
    1 for yes and 2 for unknown."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The steps, from state 0, and what the last states stand for."""

    steps: tuple[Step, ...]
    values: tuple[str, ...]


def walk(diagrams: Diagrams, root: int, value_of: Callable[[int], str], largest: int) -> Walk:
    """The tables of a diagram whose leaves are bit masks that unite by ``|``.

    :param value_of: what a mask stands for. States that come to the same values are one.
    :param largest: facts are read by one step as long as its table has at most so many entries.
    :raises TooManyStates: the diagram with its unions is too large.
    """
    states = _States(diagrams, value_of)
    now = [states.of(root)]
    steps: list[Step] = []
    entries = 0
    levels = sorted({level for level in states.level if level != states.end})
    while levels:
        names: list[str] = []
        rows = [[state] for state in now]
        while levels and (not names or len(now) * _ANSWERS ** (len(names) + 1) <= largest):
            level = levels.pop(0)
            rows = [[to for state in row for to in states.after(state, level)] for row in rows]
            names.append(diagrams.order[level])
        reached = [state for row in rows for state in row]
        now = list(dict.fromkeys(reached))
        numbers = {state: number for number, state in enumerate(now)}
        steps.append(Step(tuple(names), tuple(numbers[state] for state in reached)))
        entries += len(reached)
        if entries > MOST_ENTRIES:
            raise TooManyStates
    return Walk(tuple(steps), tuple(states.value[state] for state in now))


class _States:
    """The diagram with its unions, reduced once more by the values that it comes to."""

    def __init__(self, diagrams: Diagrams, value_of: Callable[[int], str]) -> None:
        self._d = diagrams
        self._value_of = value_of
        self.end = len(diagrams.order)
        self.level: list[int] = []
        self.value: list[str] = []
        self._next: list[tuple[int, ...]] = []
        self._unique: dict[Hashable, int] = {}
        self._made: dict[int, int] = {}

    def of(self, node: int) -> int:
        """The state of a node."""
        found = self._made.get(node)
        if found is None:
            d = self._d
            if d.is_leaf(node):
                found = self._state(self.end, (), self._value_of(d.value[node]))
            else:
                to = (self.of(d.low[node]), self.of(d.high[node]), self.of(d.either(node)))
                same = to[0] == to[1] == to[2]
                found = to[0] if same else self._state(d.level[node], to, "")
            self._made[node] = found
        return found

    def after(self, state: int, level: int) -> tuple[int, ...]:
        """The states after a fact is read, for each answer; its own if it does not ask it."""
        return self._next[state] if self.level[state] == level else (state,) * _ANSWERS

    def _state(self, level: int, to: tuple[int, ...], value: str) -> int:
        key = (level, to, value)
        found = self._unique.get(key)
        if found is None:
            if len(self.level) * _ANSWERS > MOST_ENTRIES:
                raise TooManyStates
            found = self._unique[key] = len(self.level)
            self.level.append(level)
            self._next.append(to)
            self.value.append(value)
        return found
