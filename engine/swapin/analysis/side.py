"""One side of a question: a kernel under an architecture and a swap device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from swapin.catalog import Catalog
from swapin.model import (
    DECIDED,
    Fault,
    Group,
    Kernel,
    Kind,
    Outcome,
    Rule,
    all_of,
    outcome_order,
)
from swapin.program.diagram import Diagrams
from swapin.program.order import good_order
from swapin.program.resolve import Resolver

MOST_STEPS = 4_000
"""Steps (kernels times devices, or outcomes) that one question from outside may take."""


def no_step() -> None:
    """What is done between two steps of work that nobody watches."""


@dataclass(frozen=True, slots=True)
class Side:
    """A kernel, and what is known beside it of every fault that is asked about."""

    name: str
    """As a person asked for it, such as ``6.1`` or ``6.1, arm``."""
    catalog: Catalog
    kernel: Kernel
    known: Mapping[str, bool]
    """Capabilities, what architecture and device bind, and what was given."""
    rules: tuple[Rule, ...]


def side_of(
    catalog: Catalog,
    kernel: str,
    *,
    architecture: str = "",
    stack: Sequence[str] = (),
    facts: Mapping[str, bool] | None = None,
    name: str = "",
) -> Side:
    """The side of a kernel by name.

    :param kernel: a release or a variant.
    :param stack: layers of the swap device, top first.
    :param facts: atoms that every fault has, capabilities included.
    :raises FaultError: an unknown name.
    """
    found = catalog.kernels.get(kernel)
    fault = Fault(
        release=found.release if found else kernel,
        variant=found.variant if found else "",
        architecture=architecture,
        stack=tuple(stack),
        facts=facts or {},
    )
    resolved = Resolver(catalog).resolve(fault)
    told = [kernel, *filter(None, (architecture, "/".join(stack)))]
    rules = catalog.rules_of(resolved.kernel)
    return Side(name or ", ".join(told), catalog, resolved.kernel, resolved.known, rules)


@dataclass(slots=True)
class Meaning:
    """What the rules of a side mean, as diagrams that other sides share."""

    side: Side
    diagrams: Diagrams
    admissible: int = 0
    mapped: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    """The condition of each outcome, by the name that rules read."""
    rules: dict[str, int] = field(default_factory=dict)
    """Where each rule fires, by id."""

    @property
    def facts(self) -> tuple[str, ...]:
        """The atoms that a rule or a constraint of the side reads."""
        read = {
            name
            for node in (self.admissible, *self.rules.values())
            for name in self.diagrams.facts_of(node)
        }
        return tuple(name for name in self.diagrams.order if name in read)

    def states(self, group: Group) -> int:
        """The states that an outcome speaks of: that map a page, but for the path."""
        return self.admissible if group is Group.PATH else self.mapped

    def conditions(self, group: Group) -> tuple[int, ...]:
        """All that decides an outcome: its states, where it is not modelled, its members."""
        limits = [
            self.rules[rule.id]
            for rule in self.side.rules
            if rule.kind is Kind.LIMIT and rule.outcome in group.members
        ]
        members = (self.outcomes[member.yes.name] for member in group.members)
        return (self.states(group), self.diagrams.any(limits), *members)

    def values(self, group: Group) -> int:
        """A table: in each state that the outcome speaks of, the set with its one value."""
        d = self.diagrams
        states, *conditions = self.conditions(group)
        table = d.table(states, conditions)

        def value(held: frozenset[int]) -> frozenset[str]:
            return frozenset(_value(group, bits) for bits in held)

        return d.mapped(table, value)


def _value(group: Group, bits: int) -> str:
    if bits & 1:
        return "NOT_MODELLED"
    for index, member in enumerate(group.members, 1):
        if bits >> index & 1:
            return group.value_of(member) if group.is_choice else "ANSWER_YES"
    return "ANSWER_NO"


def meanings(sides: Sequence[Side], look: Callable[[], None] = no_step) -> list[Meaning]:
    """What each side means, over one order of facts.

    :param look: called after each of them; what it raises ends the work.
    """
    orders: list[Iterable[str]] = []
    for side in sides:
        conditions = [c.holds for c in side.catalog.constraints.values()]
        conditions += [rule.when for rule in side.rules]
        for condition in conditions:
            names = condition.given(side.known).names()
            orders.append([name for name in names if name in side.catalog.atoms])
    order = good_order(orders)
    # Questions may be of atoms that no rule here reads; they come last and cost nothing.
    order += sorted({name for side in sides for name in side.catalog.atoms}.difference(order))
    diagrams = Diagrams(order)
    found = []
    for side in sides:
        found.append(_meaning(side, diagrams))
        look()
    return found


def _meaning(side: Side, d: Diagrams) -> Meaning:
    made = Meaning(side, d)
    constraints = (c.holds.given(side.known) for c in side.catalog.constraints.values())
    made.admissible = d.condition(all_of(constraints), {})
    for outcome in outcome_order(side.rules):
        fired: dict[Kind, list[int]] = {kind: [] for kind in Kind}
        for rule in side.rules:
            if rule.outcome is outcome:
                node = d.condition(rule.when.given(side.known), made.outcomes)
                made.rules[rule.id] = node
                fired[rule.kind].append(node)
        made.outcomes[outcome.yes.name] = d.choose(
            d.any(fired[Kind.VETO]), d.false, d.any(fired[Kind.CLAIM])
        )
    made.mapped = d.all([made.admissible, made.outcomes[Outcome.PATH_MAPPED.yes.name]])
    return made


GROUPS = (*DECIDED, Group.PATH)
"""Every outcome, in the order in which reports tell of them."""
