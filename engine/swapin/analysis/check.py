"""Every invariant over every admissible state of a kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from swapin.analysis.side import Meaning, Side, meanings, no_step
from swapin.analysis.states import usual
from swapin.model import Invariant
from swapin.program.diagram import Diagrams
from swapin.program.states import count, nearest


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that some admissible state breaks."""

    invariant: Invariant
    states: int
    """How many admissible states break it."""
    witness: Mapping[str, bool]
    """The one that is fewest facts away from an ordinary fault: every atom."""
    unusual: tuple[str, ...]
    """The facts of it that are not as in an ordinary fault, as a person writes them."""
    rules: tuple[str, ...]
    """The rules that hold there, by id, in the order in which the kernel settles outcomes."""
    outcomes: tuple[str, ...]
    """The outcomes that hold there."""
    known: str = ""
    """Why the kernel is known to break it; empty: nobody expected this."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "invariant": self.invariant.id,
            "meaning": self.invariant.meaning,
            "source": str(self.invariant.source),
            "states": self.states,
            "unusual": list(self.unusual),
            "rules": list(self.rules),
            "outcomes": list(self.outcomes),
            "known": self.known,
        }


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check of one kernel found."""

    side: Side
    states: int
    """Admissible states of a fault that maps a page."""
    invariants: int
    """How many invariants were checked."""
    violations: tuple[Violation, ...]

    @property
    def unexpected(self) -> tuple[Violation, ...]:
        """The violations that the kernel is not known for."""
        return tuple(found for found in self.violations if not found.known)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "kernel": self.side.name,
            "states": self.states,
            "invariants": self.invariants,
            "violations": [found.to_dict() for found in self.violations],
        }


def check(
    sides: Sequence[Side],
    step: Callable[[], None] = no_step,
    look: Callable[[], None] = no_step,
) -> list[CheckReport]:
    """Check every invariant of the catalog in every admissible state that maps a page.

    :param step: called after each side that decides like no other; what it raises ends the work.
    :param look: called more often than that, between two steps too; the same.
    :returns: a report for each side, in order. Sides that decide alike are checked once.
    """
    distinct: list[Side] = []
    places = []
    for side in sides:
        alike = (i for i, known in enumerate(distinct) if _alike(known, side))
        place = next(alike, len(distinct))
        if place == len(distinct):
            distinct.append(side)
        places.append(place)
    found = []
    for meaning in meanings(distinct, look):
        found.append((_states(meaning), list(_broken(meaning))))
        step()
    return [_report(side, *found[place]) for side, place in zip(sides, places, strict=True)]


def _alike(one: Side, two: Side) -> bool:
    return (one.catalog, one.rules, one.known) == (two.catalog, two.rules, two.known)


def _states(meaning: Meaning) -> int:
    return count(meaning.diagrams, meaning.mapped, meaning.facts)


def _report(side: Side, states: int, broken: Sequence[Violation]) -> CheckReport:
    violations = tuple(
        replace(found, known=side.catalog.violates(side.kernel).get(found.invariant.id, ""))
        for found in broken
    )
    return CheckReport(side, states, len(side.catalog.invariants), violations)


def _broken(meaning: Meaning) -> Iterator[Violation]:
    d, side = meaning.diagrams, meaning.side
    ordinary = usual(side.catalog)
    for invariant in side.catalog.invariants.values():
        holds = d.condition(invariant.holds.given(side.known), meaning.outcomes)
        broken = d.without(meaning.mapped, holds)
        partial = nearest(d, broken, ordinary)
        if partial is None:
            continue
        witness = {name: ordinary.get(name, False) for name in meaning.facts} | partial
        unusual = {n: v for n, v in witness.items() if v != ordinary.get(n, False)}
        yield Violation(
            invariant=invariant,
            states=count(d, broken, meaning.facts),
            witness=witness,
            unusual=tuple(side.catalog.said(_shown(side, unusual))),
            rules=tuple(_holding(d, meaning.rules, witness)),
            outcomes=tuple(
                name.removeprefix("outcome.") for name in _holding(d, meaning.outcomes, witness)
            ),
        )


def _holding(
    d: Diagrams, conditions: Mapping[str, int], state: Mapping[str, bool]
) -> Iterator[str]:
    return (name for name, node in conditions.items() if d.restrict(node, state) == d.true)


def _shown(side: Side, unusual: Mapping[str, bool]) -> dict[str, bool]:
    """Of a choice only the value that it has."""
    atoms = side.catalog.atoms
    return {name: value for name, value in unusual.items() if value or not atoms[name].values}
