"""A catalog compiled for one set of kernel capabilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from swapin.catalog import Catalog
from swapin.model import (
    Answer,
    CatalogError,
    Expression,
    Group,
    Kind,
    Outcome,
    Rule,
    all_of,
    outcome_order,
)
from swapin.program.diagram import Diagrams
from swapin.program.order import good_order


@dataclass(frozen=True, slots=True)
class Finding:
    """What every admissible completion of some facts has in common: a ready-made answer."""

    outcomes: Mapping[str, str]
    """Value of each outcome by name, as in a verdict."""
    deciding: Mapping[str, tuple[Rule, ...]]
    """The rules that decided, by outcome name."""
    truths: Mapping[str, Answer]
    """Whether each rule of the kernel holds, by id."""

    @property
    def undetermined(self) -> tuple[Group, ...]:
        """The outcomes that the known facts do not settle."""
        return tuple(g for g in Group if self.outcomes[g.field] == g.undetermined)


class Compiled:
    """Rules and constraints under one set of capabilities, as one decision diagram.

    Immutable as seen from outside; nodes are added as they are needed, under the
    interpreter's own locking of dictionaries, and are the same whoever adds them first.
    """

    def __init__(
        self, catalog: Catalog, rules: tuple[Rule, ...], capabilities: Mapping[str, bool]
    ) -> None:
        self.catalog = catalog
        self.capabilities = capabilities
        self.rules = rules
        conditions = {rule.id: rule.when.given(capabilities) for rule in self.rules}
        self.admissible = all_of(
            constraint.holds.given(capabilities) for constraint in catalog.constraints.values()
        )
        self.diagrams = Diagrams(self._order(conditions))
        build = self.diagrams.condition
        meanings: dict[str, int] = {}
        fires: dict[str, int] = {}
        for outcome in outcome_order(self.rules):
            of_outcome = [rule for rule in self.rules if rule.outcome is outcome]
            for rule in of_outcome:
                fires[rule.id] = build(conditions[rule.id], meanings)
            claims = [fires[rule.id] for rule in of_outcome if rule.kind is Kind.CLAIM]
            vetoes = [fires[rule.id] for rule in of_outcome if rule.kind is Kind.VETO]
            meanings[outcome.yes.name] = self.diagrams.choose(
                self.diagrams.any(vetoes), self.diagrams.false, self.diagrams.any(claims)
            )
        self.condition_of_admissible = build(self.admissible, {})
        self.condition_of_outcome = meanings
        self.condition_of_rule = fires
        # A rule that cannot fire under these capabilities takes no bit of the table.
        self._bits = tuple(rule for rule in self.rules if fires[rule.id] != self.diagrams.false)
        self.table = self.diagrams.table(
            self.condition_of_admissible, [fires[rule.id] for rule in self._bits]
        )
        self._findings: dict[frozenset[int], Finding] = {}
        self._check_choices()

    def _order(self, conditions: Mapping[str, Expression]) -> list[str]:
        constraints = (
            constraint.holds.given(self.capabilities).names()
            for constraint in self.catalog.constraints.values()
        )
        rules = (
            (name for name in conditions[rule.id].names() if name in self.catalog.facts)
            for rule in self.rules
        )
        return good_order((*constraints, *rules))

    def _check_choices(self) -> None:
        """Of every choice, exactly one member holds in every admissible state.

        :raises CatalogError: in some state none or two hold; it is told, in the name of the
            last plugin with rules of that choice.
        """
        d = self.diagrams
        for group in Group:
            if not group.is_choice:
                continue
            members = [self.condition_of_outcome[member.yes.name] for member in group.members]
            some = d.any(members)
            twice = d.any(
                [d.all([one, two]) for i, one in enumerate(members) for two in members[:i]]
            )
            not_one = d.choose(twice, d.true, d.choose(some, d.false, d.true))
            wrong = d.all([self.condition_of_admissible, not_one])
            if wrong != d.false:
                state = next(self.states(wrong, d.facts_of(wrong)))
                told = ", ".join(self.catalog.facts[n].said(v) for n, v in state.items())
                origin = self.catalog.last_to_rule(group.members)
                raise CatalogError(
                    origin.plugin,
                    origin.distribution,
                    f"rules of outcome {group.field}",
                    f"not exactly one of its values holds where {told or 'nothing is known'}",
                )

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact that a rule or a constraint reads under these capabilities."""
        return self.diagrams.order

    @property
    def facts_of_rules(self) -> list[str]:
        """The facts that decide: those that some rule's condition depends on."""
        read = {
            name
            for node in self.condition_of_rule.values()
            for name in self.diagrams.facts_of(node)
        }
        return [name for name in self.diagrams.order if name in read]

    def states(self, condition: int, names: list[str]) -> Iterator[dict[str, bool]]:
        """Every combination of the named facts that occurs where a condition holds."""
        d = self.diagrams
        as_table = d.mapped(condition, lambda value: frozenset((value,)))
        node = d.projected(as_table, set(d.order) - set(names))
        levels = {name: i for i, name in enumerate(d.order)}
        ordered = sorted(names, key=levels.__getitem__)

        def walk(node: int, index: int) -> Iterator[dict[str, bool]]:
            if d.is_leaf(node) and True not in d.value[node]:
                return
            if index == len(ordered):
                yield {}
                return
            name = ordered[index]
            asked = not d.is_leaf(node) and d.order[d.level[node]] == name
            for value in (False, True):
                branch = (d.high[node] if value else d.low[node]) if asked else node
                for rest in walk(branch, index + 1):
                    yield {name: value, **rest}

        return walk(node, 0)

    def bits_of(self, group: Group) -> int:
        """The bits of a leaf of the table that belong to the rules of an outcome."""
        return sum(1 << i for i, rule in enumerate(self._bits) if rule.outcome in group.members)

    def finding(self, known: Mapping[str, bool]) -> Finding | None:
        """The answer for the known facts; ``None`` if no admissible state agrees with them."""
        return self.finding_of(self.diagrams.look_up(self.table, known))

    def finding_of(self, held: frozenset[int]) -> Finding | None:
        """The answer of a leaf of the table: the sets of rules that hold together."""
        if not held:
            return None
        found = self._findings.get(held)
        if found is None:
            found = self._findings[held] = self._make_finding(held)
        return found

    def _make_finding(self, held: frozenset[int]) -> Finding:
        always = _intersection(held)
        ever = _union(held)
        truths = {rule.id: Answer.NO for rule in self.rules}
        for bit, rule in enumerate(self._bits):
            if always >> bit & 1:
                truths[rule.id] = Answer.YES
            elif ever >> bit & 1:
                truths[rule.id] = Answer.UNDETERMINED
        judged = {group.field: self.judged(group, held) for group in Group}
        return Finding(
            outcomes={name: value for name, (value, _) in judged.items()},
            deciding={name: deciding for name, (_, deciding) in judged.items()},
            truths=truths,
        )

    def judged(self, group: Group, held: frozenset[int]) -> tuple[str, tuple[Rule, ...]]:
        """Value of an outcome in a leaf that is not empty, and the rules that decided it.

        Only the bits of the outcome's own rules (:meth:`bits_of`) matter.
        """
        values = {self._value(group, bits) for bits in held}
        if len(values) > 1:
            return group.undetermined, ()
        (value,) = values
        about, kind = _decider(group, value)
        always = _intersection(held)
        return value, tuple(
            rule
            for bit, rule in enumerate(self._bits)
            if rule.outcome is about and rule.kind is kind and always >> bit & 1
        )

    def _value(self, group: Group, bits: int) -> str:
        for member in group.members:
            if self._holds(member, bits):
                return group.value_of(member) if group.is_choice else Answer.YES.value
        return Answer.NO.value

    def _holds(self, outcome: Outcome, bits: int) -> bool:
        claimed = False
        for bit, rule in enumerate(self._bits):
            if rule.outcome is outcome and bits >> bit & 1:
                if rule.kind is Kind.VETO:
                    return False
                claimed = True
        return claimed


def _decider(group: Group, value: str) -> tuple[Outcome, Kind]:
    """Whose rules decided a value: the member it is about, and claims or vetoes."""
    if not group.is_choice:
        return group.members[0], Kind.CLAIM if value == Answer.YES.value else Kind.VETO
    member = next(member for member in group.members if group.value_of(member) == value)
    return member, Kind.CLAIM


def _intersection(held: frozenset[int]) -> int:
    common = -1
    for bits in held:
        common &= bits
    return common


def _union(held: frozenset[int]) -> int:
    union = 0
    for bits in held:
        union |= bits
    return union
