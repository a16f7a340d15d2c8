"""A catalog compiled for one set of kernel capabilities."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from swapin.model import (
    DECIDED,
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
from swapin.model.records import dataclass
from swapin.program.diagram import Diagrams
from swapin.program.order import good_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from swapin.catalog import Catalog


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


class Table:
    """A decision diagram whose leaves say which rules of some outcomes hold together."""

    def __init__(
        self,
        diagrams: Diagrams,
        states: int,
        groups: Sequence[Group],
        rules: Sequence[Rule],
        fires: Mapping[str, int],
    ) -> None:
        """Build.

        :param states: the condition of the states that the table is about.
        :param groups: the outcomes that it answers.
        :param rules: every rule of the kernel.
        :param fires: the condition of each rule, by id.
        """
        self.groups = tuple(groups)
        self.rules = _firing(diagrams, groups, rules, fires)
        conditions = [fires[rule.id] for rule in self.rules]
        self.root = diagrams.table(states, conditions)
        read = {name for condition in conditions for name in diagrams.facts_of(condition)}
        self.facts = tuple(name for name in diagrams.order if name in read)
        """The atoms that decide: those that some rule's condition depends on."""

    @classmethod
    def of_root(
        cls,
        diagrams: Diagrams,
        groups: Sequence[Group],
        rules: Sequence[Rule],
        fires: Mapping[str, int],
        root: int,
        facts: tuple[str, ...],
    ) -> Table:
        """The table that has this diagram and reads these facts."""
        made = cls.__new__(cls)
        made.groups, made.rules = tuple(groups), _firing(diagrams, groups, rules, fires)
        made.root, made.facts = root, facts
        return made

    def bits_of(self, group: Group) -> int:
        """The bits of a leaf that belong to the rules of an outcome."""
        return sum(1 << i for i, rule in enumerate(self.rules) if rule.outcome in group.members)

    def judged(self, group: Group, held: frozenset[int]) -> tuple[str, tuple[Rule, ...]]:
        """Value of an outcome in a leaf that is not empty, and the rules that decided it.

        Only the bits of the outcome's own rules (:meth:`bits_of`) matter.
        """
        values = {self._value(group, bits) for bits in held}
        if len(values) > 1:
            return group.undetermined, ()
        (value,) = values
        always = _intersection(held)
        return value, tuple(rule for bit, rule in self.deciders(group, value) if always >> bit & 1)

    def deciders(self, group: Group, value: str) -> Iterator[tuple[int, Rule]]:
        """The rules that decide a value of an outcome where they hold, each with its bit."""
        outcomes, kind = _deciders(group, value)
        return (
            (bit, rule)
            for bit, rule in enumerate(self.rules)
            if rule.outcome in outcomes and rule.kind is kind
        )

    def truths(self, held: frozenset[int]) -> dict[str, Answer]:
        """Whether each rule of the table holds, by id, in a leaf that is not empty."""
        always, ever = _intersection(held), _union(held)
        return {
            rule.id: Answer.YES
            if always >> bit & 1
            else Answer.UNDETERMINED
            if ever >> bit & 1
            else Answer.NO
            for bit, rule in enumerate(self.rules)
        }

    def _value(self, group: Group, bits: int) -> str:
        held = [rule for bit, rule in enumerate(self.rules) if bits >> bit & 1]
        if any(rule.kind is Kind.LIMIT and rule.outcome in group.members for rule in held):
            return group.undetermined
        for member in group.members:
            kinds = {rule.kind for rule in held if rule.outcome is member}
            if kinds == {Kind.CLAIM}:
                return group.value_of(member) if group.is_choice else Answer.YES.value
        return Answer.NO.value


class Compiled:
    """Rules and constraints under one set of capabilities, as decision diagrams.

    Immutable as seen from outside; nodes are added as they are needed, each under a lock,
    and are the same whoever adds them first.
    """

    def __init__(
        self, catalog: Catalog, rules: tuple[Rule, ...], capabilities: Mapping[str, bool]
    ) -> None:
        self.catalog = catalog
        self.capabilities = capabilities
        self.rules = rules
        conditions = {rule.id: rule.when.given(capabilities) for rule in self.rules}
        self.diagrams = Diagrams(self._order(conditions))
        build = self.diagrams.condition
        meanings: dict[str, int] = {}
        fires: dict[str, int] = {}
        for outcome in outcome_order(self.rules):
            of_outcome = [rule for rule in self.rules if rule.outcome is outcome]
            for rule in of_outcome:
                fires[rule.id] = build(conditions[rule.id], meanings)
            # Of the limits nothing follows here: rules read an outcome as if there were none.
            claims = [fires[rule.id] for rule in of_outcome if rule.kind is Kind.CLAIM]
            vetoes = [fires[rule.id] for rule in of_outcome if rule.kind is Kind.VETO]
            meanings[outcome.yes.name] = self.diagrams.choose(
                self.diagrams.any(vetoes), self.diagrams.false, self.diagrams.any(claims)
            )
        self.condition_of_admissible = build(self.admissible, {})
        self.condition_of_outcome = meanings
        self.condition_of_rule = fires
        self.condition_of_mapped = self.diagrams.all(
            [self.condition_of_admissible, meanings[Outcome.PATH_MAPPED.yes.name]]
        )
        """The admissible states in which the fault maps a page."""
        self.findings: dict[tuple[frozenset[int], frozenset[int]], Finding] = {}
        """Those that were made before, by the leaves of both tables."""
        self._check_choices()

    # Apart from the path, outcomes speak of faults that map a page: two small tables, of which
    # the second asks little about how a fault can end elsewhere. Checking needs neither.

    @cached_property
    def paths(self) -> Table:
        """The table of the path, over every admissible state."""
        return self._table(self.condition_of_admissible, (Group.PATH,))

    @cached_property
    def mapped(self) -> Table:
        """The table of the other outcomes, over the states in which the fault maps a page."""
        return self._table(self.condition_of_mapped, DECIDED)

    def _table(self, states: int, groups: Sequence[Group]) -> Table:
        return Table(self.diagrams, states, groups, self.rules, self.condition_of_rule)

    @property
    def admissible(self) -> Expression:
        """What all constraints together say of the facts that are no capabilities."""
        return all_of(
            constraint.holds.given(self.capabilities)
            for constraint in self.catalog.constraints.values()
        )

    def _order(self, conditions: Mapping[str, Expression]) -> list[str]:
        constraints = (
            constraint.holds.given(self.capabilities).names()
            for constraint in self.catalog.constraints.values()
        )
        rules = (
            (name for name in conditions[rule.id].names() if name in self.catalog.atoms)
            for rule in self.rules
        )
        return good_order((*constraints, *rules))

    def _check_choices(self) -> None:
        """Of every choice, exactly one member holds in every state that it speaks of.

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
            asked = self.condition_of_mapped
            if group is Group.PATH:
                asked = self.condition_of_admissible
            wrong = d.all([asked, not_one])
            if wrong != d.false:
                state = next(self.states(wrong, d.facts_of(wrong)))
                told = ", ".join(self.catalog.said(state))
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

    def states(self, condition: int, names: Collection[str]) -> Iterator[dict[str, bool]]:
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

    def table_of(self, group: Group) -> Table:
        """The table that answers an outcome."""
        return self.paths if group is Group.PATH else self.mapped

    def left(self, known: Mapping[str, bool], asked: Collection[str]) -> tuple[int, int]:
        """What is left of both tables when some facts are known and others will be, no more."""
        d = self.diagrams
        unknown = set(d.order).difference(known, asked)
        paths, mapped = (
            d.projected(d.restrict(table.root, known), unknown)
            for table in (self.paths, self.mapped)
        )
        return paths, mapped

    def finding(
        self, known: Mapping[str, bool], left: tuple[int, int] | None = None
    ) -> Finding | None:
        """The answer for the known facts; ``None`` if no admissible state agrees with them.

        :param left: what is left of the tables when other facts are known beside these.
        """
        of_paths, of_mapped = left or (self.paths.root, self.mapped.root)
        paths = self.diagrams.look_up(of_paths, known)
        if not paths:
            return None
        held = (paths, self.diagrams.look_up(of_mapped, known))
        found = self.findings.get(held)
        if found is None:
            found = self.findings[held] = self._make_finding(*held)
        return found

    def _make_finding(self, paths: frozenset[int], mapped: frozenset[int]) -> Finding:
        truths = {rule.id: Answer.NO for rule in self.rules}
        truths.update(self.paths.truths(paths))
        if mapped:
            truths.update(self.mapped.truths(mapped))
            judged = {group.field: self.mapped.judged(group, mapped) for group in DECIDED}
        else:
            judged = {group.field: (group.unreached, ()) for group in DECIDED}
        judged[Group.PATH.field] = self.paths.judged(Group.PATH, paths)
        return Finding(
            outcomes={name: value for name, (value, _) in judged.items()},
            deciding={name: deciding for name, (_, deciding) in judged.items()},
            truths=truths,
        )


def _firing(
    diagrams: Diagrams, groups: Sequence[Group], rules: Sequence[Rule], fires: Mapping[str, int]
) -> tuple[Rule, ...]:
    """The rules of some outcomes; one that cannot fire under these capabilities takes no bit."""
    mine = {member for group in groups for member in group.members}
    return tuple(
        rule for rule in rules if rule.outcome in mine and fires[rule.id] != diagrams.false
    )


def _deciders(group: Group, value: str) -> tuple[tuple[Outcome, ...], Kind]:
    """Whose rules decided a value: the members it is about, and which kind of rule."""
    if value == group.undetermined:
        return group.members, Kind.LIMIT
    if not group.is_choice:
        return group.members, Kind.CLAIM if value == Answer.YES.value else Kind.VETO
    return tuple(m for m in group.members if group.value_of(m) == value), Kind.CLAIM


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
