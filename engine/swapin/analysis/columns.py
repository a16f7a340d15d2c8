"""Every state of some facts, 64 at a time: the bit-sliced form.

A fact is a column of bits, one bit a state, and a rule is a few bitwise operations on columns.
Columns are integers of Python, whose bitwise operations run over machine words at the speed of
memory; a block of states keeps them in the cache. Facts that are the same for a whole block are
constants there, and fold away.

This form lists what decision diagrams share, so it is for spaces of some thirty facts and for
checking the diagrams; larger spaces are theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from swapin.model import And, Atom, Const, Expression, Not

BLOCK = 18
"""Facts that vary within a block: 2**18 states are 32 KiB a column."""
MOST_FACTS = 34
"""Facts over which states are listed; more is refused, since it would take minutes."""


@dataclass(frozen=True, slots=True)
class TooManyFacts(ValueError):
    """More facts than are worth listing; diagrams or the solver have no such bound."""

    facts: int

    def __str__(self) -> str:
        return (
            f"{self.facts} facts are 2**{self.facts} states; at most {MOST_FACTS} facts are listed"
        )


class Columns:
    """Conditions over every state of their facts.

    :param conditions: expressions over facts alone.
    :param facts: the facts that vary; those that conditions read and are not among them are
        refused by :class:`KeyError`.
    :raises TooManyFacts: they are more than :data:`MOST_FACTS`.
    """

    def __init__(self, conditions: Sequence[Expression], facts: Sequence[str]) -> None:
        if len(facts) > MOST_FACTS:
            raise TooManyFacts(len(facts))
        self.facts = tuple(facts)
        self.states = 1 << len(facts)
        self._conditions = tuple(conditions)
        self._inner = self.facts[:BLOCK]
        self._outer = self.facts[BLOCK:]
        self._size = 1 << len(self._inner)
        self._ones = (1 << self._size) - 1
        self._patterns = {name: self._pattern(index) for index, name in enumerate(self._inner)}

    def _pattern(self, index: int) -> int:
        """The column of the fact that changes every 2**index states."""
        run = 1 << index
        column = ((1 << run) - 1) << run
        width = run << 1
        while width < self._size:
            column |= column << width
            width <<= 1
        return column

    def blocks(self) -> Iterator[tuple[Mapping[str, bool], list[int]]]:
        """For each block: what its outer facts are, and a column for each condition."""
        for number in range(1 << len(self._outer)):
            outer = {name: bool(number >> i & 1) for i, name in enumerate(self._outer)}
            kept: dict[Expression, int] = {}
            yield (
                outer,
                [self._column(condition.given(outer), kept) for condition in self._conditions],
            )

    def _column(self, expression: Expression, kept: dict[Expression, int]) -> int:
        if isinstance(expression, Atom):
            return self._patterns[expression.name]
        if isinstance(expression, Const):
            return self._ones if expression.value else 0
        found = kept.get(expression)
        if found is not None:
            return found
        if isinstance(expression, Not):
            found = self._column(expression.part, kept) ^ self._ones
        else:
            parts = iter(expression.parts)  # type: ignore[attr-defined]
            found = self._column(next(parts), kept)
            for part in parts:
                if isinstance(expression, And):
                    found &= self._column(part, kept)
                else:
                    found |= self._column(part, kept)
        kept[expression] = found
        return found

    def counts(self) -> list[int]:
        """In how many states each condition holds."""
        totals = [0] * len(self._conditions)
        for _, columns in self.blocks():
            for index, column in enumerate(columns):
                totals[index] += column.bit_count()
        return totals

    def first(self, index: int) -> dict[str, bool] | None:
        """The first state in which a condition holds, or ``None``."""
        for outer, columns in self.blocks():
            column = columns[index]
            if column:
                place = (column & -column).bit_length() - 1
                inner = {name: bool(place >> i & 1) for i, name in enumerate(self._inner)}
                return {**inner, **outer}
        return None
