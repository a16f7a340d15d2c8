"""Who catches a mutant: check, a yardstick, or what a real kernel did.

All of it is done on decision diagrams, kernel behaviour by kernel behaviour:

* *check*: a choice has no value or two in an admissible state (such rules are refused when they
  are compiled), or an invariant is broken that the kernel is not known to break;
* *yardstick*: in an admissible state the rules decide as the yardstick of the release, and the
  mutant does not;
* *observation*: the mutant's verdict is settled for a fault that a real kernel took, and differs
  from what that kernel did;
* *equivalent*: in every admissible state of every kernel each outcome is what it was. Equal
  functions are equal diagrams, so that is a proof;
* *unwitnessed*: a limit says less often that something is not modelled. No witness can tell what
  the model should leave open; tables in ``tests/rules`` do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from agreement import as_verdict
from mutants.mutate import Mutant
from swapin.catalog import Catalog
from swapin.model import Answer, Fault, FaultError, Group, Kernel, Kind, Outcome, Rule
from swapin.model.rules import outcome_order
from swapin.observe import read_observations
from swapin.observe.audit import OUTCOMES
from swapin.observe.observation import Observation
from swapin.program import Program
from swapin.program.compiled import Compiled
from swapin.program.diagram import Diagrams
from swapin.program.resolve import Resolver
from yardsticks.choose import READ, yardstick_for

EASY = (
    "folio.allocated",
    "folio.entry_matches",
    "folio.locked",
    "folio.uptodate",
    "pte.entry.swap",
    "pte.same",
    "swap_device.available",
    "swap_slot.claimed",
)
"""Yes in a fault that nothing stops on its way."""
CATCHERS = ("check", "yardstick", "observation")

_MOST_STATES = 400
"""States in which a mutant differs that a yardstick is asked about."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A fault that a real kernel took."""

    known: Mapping[str, bool]
    group: Group
    value: str
    """What the kernel did, as in a verdict."""


@dataclass(slots=True)
class _Meaning:
    """What rules mean, over the diagrams of a behaviour."""

    outcomes: dict[str, int] = field(default_factory=dict)
    limits: dict[Group, int] = field(default_factory=dict)
    mapped: int = 0


class Behaviour:
    """One set of rules and capabilities, which one or more kernels have."""

    def __init__(self, kernel: Kernel, compiled: Compiled, seen: Iterable[Seen]) -> None:
        self._decide = yardstick_for(kernel.release, kernel.variant or None)
        self._compiled = compiled
        # A mutant may read what the kernel's rules do not: facts that a capability hides.
        facts = compiled.catalog.atoms
        hidden = [name for name in facts if name not in compiled.facts]
        self._d = Diagrams([*compiled.facts, *hidden])
        self._admissible = self._d.condition(compiled.admissible, {})
        self._rules = {rule.id: rule for rule in compiled.rules}
        self._order = outcome_order(compiled.rules)
        self._base = self._meaning(compiled.rules)
        self._broken = set(self._broken_by(self._base))
        self._seen = [one for one in seen if not self._contradicts(self._base, one)]

    def verdict(self, mutant: Mutant) -> str:
        """The first that catches a mutant; ``equivalent`` or, if none does, ``survived``."""
        original = self._rules.get(mutant.rule.id)
        known = self._compiled.capabilities
        if (
            original is None
            # A variant has a rule of its own in its place.
            or original != self._compiled.catalog.rules[original.id]
            or (original.kind, original.when.given(known))
            == (mutant.rule.kind, mutant.rule.when.given(known))
        ):
            return "equivalent"
        changed = [mutant.rule if r.id == original.id else r for r in self._rules.values()]
        meaning = self._meaning(changed, original.outcome)
        if self._ill_formed(meaning) or set(self._broken_by(meaning)) - self._broken:
            return "check"
        differs = {group: self._differs(meaning, group) for group in Group}
        if all(node == self._d.false for node in differs.values()):
            return "equivalent"
        if any(self._measured(group, differs[group]) for group in Group):
            return "yardstick"
        if any(self._contradicts(meaning, one) for one in self._seen):
            return "observation"
        return "unwitnessed" if original.kind is Kind.LIMIT else "survived"

    def contradicted(self, mutant: Mutant) -> bool:
        """Whether a fault that a real kernel took catches a mutant."""
        original = self._rules[mutant.rule.id]
        changed = [mutant.rule if r.id == original.id else r for r in self._rules.values()]
        meaning = self._meaning(changed, original.outcome)
        return any(self._contradicts(meaning, one) for one in self._seen)

    def _meaning(self, rules: Sequence[Rule], changed: Outcome | None = None) -> _Meaning:
        """What rules mean; of outcomes before the changed one, what they meant before."""
        d, known = self._d, self._compiled.capabilities
        made = _Meaning()
        fresh = changed is None
        for outcome in outcome_order(rules) if changed else self._order:
            fresh = fresh or outcome is changed
            name = outcome.yes.name
            if not fresh and changed and name in self._base.outcomes:
                made.outcomes[name] = self._base.outcomes[name]
                continue
            fired: dict[Kind, list[int]] = {kind: [] for kind in Kind}
            for rule in rules:
                if rule.outcome is outcome:
                    fired[rule.kind].append(d.condition(rule.when.given(known), made.outcomes))
            made.outcomes[name] = d.choose(
                d.any(fired[Kind.VETO]), d.false, d.any(fired[Kind.CLAIM])
            )
        for group in Group:
            limits = [r for r in rules if r.kind is Kind.LIMIT and r.outcome in group.members]
            made.limits[group] = d.any(
                [d.condition(rule.when.given(known), made.outcomes) for rule in limits]
            )
        made.mapped = d.all([self._admissible, made.outcomes[Outcome.PATH_MAPPED.yes.name]])
        return made

    def _states(self, meaning: _Meaning, group: Group) -> int:
        return self._admissible if group is Group.PATH else meaning.mapped

    def _ill_formed(self, meaning: _Meaning) -> bool:
        d = self._d
        for group in Group:
            if not group.is_choice:
                continue
            members = [meaning.outcomes[member.yes.name] for member in group.members]
            once, twice = d.false, d.false
            for member in members:
                twice = d.any([twice, d.all([once, member])])
                once = d.any([once, member])
            fits = d.choose(twice, d.false, once)
            if d.choose(fits, d.false, self._states(meaning, group)) != d.false:
                return True
        return False

    def _broken_by(self, meaning: _Meaning) -> Iterable[str]:
        d = self._d
        for invariant in self._compiled.catalog.invariants.values():
            holds = d.condition(
                invariant.holds.given(self._compiled.capabilities), meaning.outcomes
            )
            if d.choose(holds, d.false, meaning.mapped) != d.false:
                yield invariant.id

    def _differs(self, meaning: _Meaning, group: Group) -> int:
        """The states in which an outcome is not what it was, as far as both speak of them."""
        d = self._d
        states = d.all([self._states(self._base, group), self._states(meaning, group)])
        pairs = [
            (self._base.outcomes[member.yes.name], meaning.outcomes[member.yes.name])
            for member in group.members
        ]
        limits = (self._base.limits[group], meaning.limits[group])
        apart = d.any([self._xor(one, two) for one, two in [*pairs, limits]])
        return d.all([states, d.choose(d.all(limits), d.false, apart)])

    def _xor(self, one: int, two: int) -> int:
        d = self._d
        return d.choose(one, d.choose(two, d.false, d.true), two)

    def _measured(self, group: Group, differs: int) -> bool:
        """Whether the yardstick agrees with the rules in a state in which the mutant does not."""
        d = self._d
        covered = d.choose(self._base.limits[group], d.false, differs)
        for state in islice(self._examples(covered), _MOST_STATES):
            told = self._decide(
                {**dict.fromkeys(READ, False), **dict.fromkeys(EASY, True), **state}
            )
            if group.field not in told:
                continue
            if as_verdict(told)[group.field] == self._value(group, state):
                return True
        return False

    def _examples(self, condition: int) -> Iterator[dict[str, bool]]:
        """States of a condition, one for each way through its diagram."""
        d = self._d
        way: dict[str, bool] = {}

        def walk(node: int) -> Iterator[dict[str, bool]]:
            if d.is_leaf(node):
                if d.value[node]:
                    yield dict(way)
                return
            name = d.order[d.level[node]]
            # An easy fault first: with it the yardstick goes farthest.
            for value in (name in EASY, name not in EASY):
                way[name] = value
                yield from walk(d.high[node] if value else d.low[node])
            del way[name]

        return walk(condition)

    def _value(self, group: Group, state: Mapping[str, bool]) -> str:
        """What the rules say of an outcome in a state that decides it."""
        d = self._d
        full = {**dict.fromkeys(d.order, False), **dict.fromkeys(EASY, True), **state}
        held = [
            member
            for member in group.members
            if d.restrict(self._base.outcomes[member.yes.name], full) == d.true
        ]
        if not group.is_choice:
            return (Answer.YES if held else Answer.NO).value
        return group.value_of(held[0])

    def _contradicts(self, meaning: _Meaning, seen: Seen) -> bool:
        """Whether the verdict for a fault is settled, and is not what the kernel did."""
        d = self._d
        mapped = d.restrict(meaning.mapped, seen.known)
        if mapped == d.false:
            return seen.group.unreached != seen.value
        if d.all([mapped, d.restrict(meaning.limits[seen.group], seen.known)]) != d.false:
            return False
        held = [
            d.restrict(meaning.outcomes[member.yes.name], seen.known)
            for member in seen.group.members
        ]
        if not seen.group.is_choice:
            yes = d.all([mapped, held[0]])
            if seen.value == Answer.YES.value:
                return yes == d.false
            return yes == mapped
        values = [seen.group.value_of(member) for member in seen.group.members]
        return any(
            d.all([mapped, node]) == mapped and value != seen.value
            for value, node in zip(values, held, strict=True)
        )


def behaviours(
    program: Program, observations: Iterable[Path]
) -> list[tuple[list[Kernel], Compiled, list[Seen]]]:
    """Each set of rules and capabilities: its kernels, compiled, and what real kernels did."""
    catalog = program.catalog
    seen = seen_by_kernel(catalog, observations)
    found: dict[int, tuple[list[Kernel], Compiled, list[Seen]]] = {}
    for kernel in catalog.kernels.values():
        compiled = program.compiled(kernel)
        entry = found.setdefault(id(compiled), ([], compiled, []))
        entry[0].append(kernel)
        entry[2].extend(seen.get(kernel.name, ()))
    return list(found.values())


def seen_by_kernel(catalog: Catalog, paths: Iterable[Path]) -> dict[str, list[Seen]]:
    """What real kernels did, by kernel, each different fault once."""
    resolver = Resolver(catalog)
    found: dict[str, dict[object, Seen]] = {}
    for path in paths:
        for record in read_observations(path, catalog):
            if not isinstance(record, Observation):
                continue
            known = _known(resolver, record.fault)
            for group in Group:
                value = _value(record, group)
                if known is not None and value is not None:
                    key = (frozenset(known.items()), group, value)
                    of_kernel = found.setdefault(record.fault.release, {})
                    of_kernel[key] = Seen(known, group, value)
    return {kernel: list(seen.values()) for kernel, seen in found.items()}


def _known(resolver: Resolver, fault: Fault) -> Mapping[str, bool] | None:
    try:
        return resolver.resolve(fault).known
    except FaultError:
        return None


def _value(seen: Observation, group: Group) -> str | None:
    if group.field not in OUTCOMES:
        return None
    if group is Group.WRITE:
        return seen.write
    return (Answer.YES if seen.mapped_exclusive else Answer.NO).value


def combined(verdicts: Iterable[str]) -> str:
    """Who catches a mutant, of what was found for each behaviour: the first in the order."""
    found = set(verdicts)
    return next(
        (one for one in (*CATCHERS, "survived", "unwitnessed") if one in found), "equivalent"
    )
