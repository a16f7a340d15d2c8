"""What two sides decide differently: exactly where, and what each does there.

Sides are compared over the *inputs* of a fault. What the kernel made of them before it decides
(whether the folio has left the swap cache, say) differs between eras for one and the same
fault; facts that are declared *derived* are therefore taken as each side has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import eq
from typing import Any, TypeVar

from swapin.analysis.between import TransitionDifference, between
from swapin.analysis.cubes import Cover, Cube, cover
from swapin.analysis.side import GROUPS, Meaning, Side, meanings, no_step
from swapin.analysis.states import usual
from swapin.catalog import Catalog
from swapin.model import FALSE, Group, Kind, Rule
from swapin.program.states import count, nearest

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Difference:
    """Inputs for which one outcome has one value here and another there."""

    outcome: str
    before: str
    """The value on the first side."""
    after: str
    """The value on the second side."""
    cubes: tuple[tuple[str, ...], ...]
    """Each a conjunction of facts; together they are exactly these inputs."""
    minimal: bool
    """There is no cover of fewer cubes, nor of as many with fewer facts."""
    states: int
    """How many inputs that both sides can have."""
    witness: tuple[str, ...]
    """The input nearest to an ordinary fault, told by what is unusual about it."""
    rules: tuple[tuple[str, ...], tuple[str, ...]]
    """The rules of the outcome that hold for the witness, on each side."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "outcome": self.outcome,
            "before": self.before,
            "after": self.after,
            "when": [list(cube) for cube in self.cubes],
            "minimal": self.minimal,
            "states": self.states,
            "witness": list(self.witness),
            "rules": {"before": list(self.rules[0]), "after": list(self.rules[1])},
        }


@dataclass(frozen=True, slots=True)
class OneSided:
    """Inputs that only one side can have."""

    side: str
    cubes: tuple[tuple[str, ...], ...]
    states: int

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"side": self.side, "when": [list(c) for c in self.cubes], "states": self.states}


@dataclass(frozen=True, slots=True)
class Dead:
    """A rule, or a condition in one, that lives on one side only."""

    rule: str
    side: str
    """The side on which it is dead."""
    how: str
    """``gone``: its text cannot hold there (``gone, dead before``: and it decided nothing on the
    other side); ``never fires``; ``dead``: it may fire and decides nothing; ``condition``: one
    of its conditions makes no difference any more."""
    condition: str = ""
    """The fact, for a condition."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "rule": self.rule,
            "side": self.side,
            "how": self.how,
            "condition": self.condition,
        }


@dataclass(frozen=True, slots=True)
class DiffReport:
    """What two sides decide differently."""

    before: Side
    after: Side
    states: int
    """Inputs that both sides can have."""
    differences: tuple[Difference, ...]
    one_sided: tuple[OneSided, ...]
    dead: tuple[Dead, ...]
    transitions: tuple[TransitionDifference, ...]
    """What happens to a page between two faults."""

    @property
    def found(self) -> bool:
        """Whether anything is decided or done differently."""
        return bool(self.differences or self.transitions)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "before": self.before.name,
            "after": self.after.name,
            "states": self.states,
            "differences": [found.to_dict() for found in self.differences],
            "one_sided": [found.to_dict() for found in self.one_sided],
            "dead": [found.to_dict() for found in self.dead],
            "transitions": [found.to_dict() for found in self.transitions],
        }


def diff(
    before: Side,
    after: Side,
    outcomes: Sequence[Group] = GROUPS,
    step: Callable[[], None] = no_step,
    look: Callable[[], None] = no_step,
) -> DiffReport:
    """Compare two sides.

    :param outcomes: the outcomes to compare.
    :param step: called after each of them; what it raises ends the work.
    :param look: called more often than that, between two steps too; the same.
    """
    one, two = meanings([before, after], look)
    comparison = _Comparison(one, two)
    differences: list[Difference] = []
    for group in outcomes:
        differences += _watched(comparison.differences(group), look)
        step()
    return DiffReport(
        before=before,
        after=after,
        states=comparison.count(comparison.common),
        differences=tuple(differences),
        one_sided=tuple(_watched(comparison.one_sided(), look)),
        dead=tuple(_watched(_dead(one, two, outcomes), look)),
        # They belong to no outcome: who asks for one does not ask for them.
        transitions=tuple(between(before, after)) if len(outcomes) == len(GROUPS) else (),
    )


def _watched(found: Iterable[_Found], look: Callable[[], None]) -> Iterator[_Found]:
    """The same, with a look after each."""
    for one in found:
        yield one
        look()


class _Comparison:
    """Two meanings over the inputs that both know."""

    def __init__(self, one: Meaning, two: Meaning) -> None:
        self._one, self._two = one, two
        self._d = d = one.diagrams
        self._catalog = two.side.catalog
        self._atoms = {**one.side.catalog.atoms, **two.side.catalog.atoms}
        self._ordinary = {**usual(one.side.catalog), **usual(two.side.catalog)}
        # Sides that make the same of every input can be told apart by what was made of it.
        same = one.admissible == two.admissible
        derived = {
            atom
            for atom in d.order
            if (self._atoms[atom].hindsight if same else self._atoms[atom].derived)
        }
        read = {*one.facts, *two.facts}
        self._inputs = [atom for atom in d.order if atom in read and atom not in derived]
        self._derived = derived
        self._here, self._there = (
            d.where(d.projected(self._as_sets(m.admissible), derived), lambda v: True in v)
            for m in (one, two)
        )
        self.common = d.all([self._here, self._there])

    def _as_sets(self, condition: int) -> int:
        return self._d.mapped(condition, lambda held: frozenset((held,)))

    def count(self, condition: int) -> int:
        return count(self._d, condition, self._inputs)

    def differences(self, group: Group) -> Iterator[Difference]:
        d = self._d
        one, two = (d.projected(m.values(group), self._derived) for m in (self._one, self._two))
        pairs = d.zipped(one, two, lambda a, b: (a, b))
        compared = d.where(pairs, lambda pair: bool(pair[0] and pair[1]))
        for here, there in sorted(
            d.leaves(pairs), key=lambda pair: [sorted(side) for side in pair]
        ):
            if not here or not there or here == there:
                continue
            node = d.where(pairs, partial(eq, (here, there)))
            found = cover(d, node, d.choose(compared, d.false, d.true))
            witness = nearest(d, node, self._ordinary)
            assert witness is not None
            yield Difference(
                outcome=group.field,
                before=" or ".join(sorted(here)),
                after=" or ".join(sorted(there)),
                cubes=self._said(found),
                minimal=found.minimal,
                states=self.count(node),
                witness=tuple(self._unusual(witness)),
                rules=(
                    self._rules(self._one, group, witness),
                    self._rules(self._two, group, witness),
                ),
            )

    def one_sided(self) -> Iterator[OneSided]:
        d = self._d
        for mine, other, meaning in (
            (self._here, self._there, self._one),
            (self._there, self._here, self._two),
        ):
            only = d.choose(other, d.false, mine)
            if only != d.false:
                found = cover(d, only, d.choose(d.any([mine, other]), d.false, d.true))
                yield OneSided(meaning.side.name, self._said(found), self.count(only))

    def _said(self, found: Cover) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(said(self._catalog, cube)) for cube in found.cubes)

    def _unusual(self, witness: Cube) -> list[str]:
        away = {n: v for n, v in witness.items() if v != self._ordinary.get(n, False)}
        return said(
            self._catalog, {n: v for n, v in away.items() if v or not self._atoms[n].values}
        )

    def _rules(self, meaning: Meaning, group: Group, witness: Cube) -> tuple[str, ...]:
        """The rules of an outcome that hold for an input."""
        d = self._d
        full = {name: self._ordinary.get(name, False) for name in self._inputs} | dict(witness)
        states = d.restrict(meaning.states(group), full)
        if states == d.false:
            return ()
        return tuple(
            rule.id
            for rule in meaning.side.rules
            if rule.outcome in group.members
            and d.all([states, d.restrict(meaning.rules[rule.id], full)]) != d.false
        )


def said(catalog: Catalog, cube: Cube) -> list[str]:
    """A cube as a person writes it, sorted by the names of the facts."""
    return sorted(catalog.said(dict(sorted(cube.items()))))


def _dead(one: Meaning, two: Meaning, groups: Sequence[Group]) -> Iterator[Dead]:
    """Rules and conditions that live on one side and not on the other."""
    asked = {member for group in groups for member in group.members}
    for mine, other in ((Life(one), Life(two)), (Life(two), Life(one))):
        theirs = {rule.id: rule for rule in other.meaning.side.rules}
        name = other.meaning.side.name
        for rule in mine.meaning.side.rules:
            if rule.outcome not in asked or not mine.declared(rule):
                continue
            same = theirs.get(rule.id)
            if same is None or not other.declared(same):
                yield Dead(rule.id, name, "gone" if mine.matters(rule) else "gone, dead before")
            elif not mine.matters(rule):
                continue
            elif not other.fires(same):
                yield Dead(rule.id, name, "never fires")
            elif not other.matters(same):
                yield Dead(rule.id, name, "dead")
            else:
                for condition in sorted(set(rule.when.names())):
                    if mine.reads(rule, condition) and not other.reads(same, condition):
                        yield Dead(rule.id, name, "condition", condition)


class Life:
    """Which rules and conditions of a side make a difference in some admissible state."""

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning
        self._d = meaning.diagrams
        self._restricted: dict[tuple[int, str, bool], int] = {}

    def declared(self, rule: Rule) -> bool:
        """Whether the rule's text can hold under what is known of the side."""
        return rule.when.given(self.meaning.side.known) != FALSE

    def fires(self, rule: Rule) -> bool:
        """Whether the rule holds in some admissible state."""
        return self._d.meet(self.states(rule), self.meaning.rules[rule.id])

    def matters(self, rule: Rule) -> bool:
        """Whether some admissible state would come out differently without the rule."""
        d = self._d
        others: dict[Kind, list[int]] = {kind: [] for kind in Kind}
        for other in self.meaning.side.rules:
            if other.outcome is rule.outcome and other.id != rule.id:
                others[other.kind].append(self.meaning.rules[other.id])
        claims, vetoes = d.any(others[Kind.CLAIM]), d.any(others[Kind.VETO])
        alone = self.meaning.rules[rule.id]
        if rule.kind is Kind.CLAIM:
            alone = d.without(alone, d.any([claims, vetoes]))
        elif rule.kind is Kind.VETO:
            alone = d.without(d.all([alone, claims]), vetoes)
        return d.meet(self.states(rule), alone)

    def reads(self, rule: Rule, name: str) -> bool:
        """Whether the rule tells two admissible states apart by a fact or an earlier outcome."""
        d = self._d
        meaning = self.meaning
        if name in meaning.side.known:
            return False
        if name in meaning.outcomes:
            condition = rule.when.given(meaning.side.known)
            low, high = (
                d.condition(condition.given({name: value}), meaning.outcomes)
                for value in (False, True)
            )
            atom = meaning.outcomes[name]
            apart = d.choose(low, d.negated(high), high)
            states = self.states(rule)
            return d.meet(d.all([apart, atom]), states) and d.meet(d.without(apart, atom), states)
        node = meaning.rules[rule.id]
        if name not in d.facts_of(node):
            return False
        low, high = (d.restrict(node, {name: value}) for value in (False, True))
        apart = d.choose(low, d.negated(high), high)
        return all(d.meet(apart, self._given(rule, name, value)) for value in (False, True))

    def _given(self, rule: Rule, name: str, value: bool) -> int:
        """The states that the rule's outcome speaks of, where a fact has a value."""
        key = (self.states(rule), name, value)
        if key not in self._restricted:
            self._restricted[key] = self._d.restrict(key[0], {name: value})
        return self._restricted[key]

    def states(self, rule: Rule) -> int:
        """The states that the outcome of a rule speaks of."""
        path = rule.outcome in Group.PATH.members
        return self.meaning.admissible if path else self.meaning.mapped
