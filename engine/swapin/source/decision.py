"""The decision in a tree's text, compared with the model over every admissible state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from swapin.catalog import Catalog
from swapin.model import Answer, Group, Kernel, Kind, Outcome, outcome_order
from swapin.program.compiled import Compiled
from swapin.program.diagram import Diagrams
from swapin.program.states import count, nearest
from swapin.source.machine import UNKNOWN_FACTS, Machine, Quoted, Unmatched
from swapin.source.tree import Tree

ENTRY = "swap_in_fault"
"""The spelled function with which a fault begins."""

_YES, _NO = Answer.YES.value, Answer.NO.value


@dataclass(frozen=True, slots=True)
class Difference:
    """An outcome of which text and model do not say the same."""

    outcome: str
    """Field of the outcome, or a fact that constraints settle."""
    states: int
    """In how many admissible states they differ."""
    witness: tuple[str, ...]
    """The facts by which the smallest differing state is away from an ordinary fault."""
    text_says: str
    """As a verdict writes it: ``ANSWER_YES``, ``WRITE_COPIED``; of a fact yes or no too."""
    model_says: str
    place: str
    """Where to look: the first of the places, or where the function begins that the model cites
    for the outcome; empty if the tree has neither."""
    places: tuple[Quoted, ...]
    """Conditions in the text that, the other way round, would make this state agree."""
    remedies: tuple[str, ...] = ()
    """Overrides of one capability by which text and model agree about this outcome."""

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "outcome": self.outcome,
            "states": self.states,
            "witness": list(self.witness),
            "text_says": self.text_says,
            "model_says": self.model_says,
            "place": self.place,
            "places": [asked.to_dict() for asked in self.places],
            "remedies": list(self.remedies),
        }


@dataclass(frozen=True, slots=True)
class Lifted:
    """What a comparison of the decision found."""

    kernel: str
    """The kernel preset that the text was compared with."""
    ordinary: tuple[str, ...]
    """The facts that hold in an ordinary fault."""
    states: int
    """Admissible states, all of them compared."""
    outcomes: tuple[str, ...]
    """What was compared."""
    functions: tuple[str, ...]
    """The functions of the tree that were read."""
    differences: tuple[Difference, ...]
    unmatched: tuple[Unmatched, ...]


@dataclass(slots=True)
class _Run:
    """Text and model over one order of facts."""

    compiled: Compiled
    machine: Machine
    moved: dict[int, int] = field(default_factory=dict)

    @property
    def d(self) -> Diagrams:
        return self.machine.d

    def model(self, node: int) -> int:
        """A condition of the program in the machine's diagrams."""
        source, d = self.compiled.diagrams, self.d
        found = self.moved.get(node)
        if found is None:
            if source.is_leaf(node):
                found = d.true if source.value[node] else d.false
            else:
                fact = d.fact(source.order[source.level[node]])
                found = d.choose(fact, self.model(source.high[node]), self.model(source.low[node]))
            self.moved[node] = found
        return found

    def text(self, atom: str) -> int:
        """Where the text settles an atom as yes."""
        return self.machine.recorded.get(atom, self.d.false)

    def scope(self, group: Group) -> int:
        """The states in which an outcome is compared: not where the model sets a limit."""
        d, of = self.d, self.compiled
        states = of.condition_of_admissible if group is Group.PATH else of.condition_of_mapped
        limits = [
            self.model(of.condition_of_rule[rule.id])
            for rule in of.rules
            if rule.kind is Kind.LIMIT and rule.outcome in group.members
        ]
        parts = [self.model(states), d.choose(d.any(limits), d.false, d.true)]
        if group is not Group.PATH:
            parts.append(self.text(Outcome.PATH_MAPPED.yes.name))
        return d.all(parts)

    def differing(self, group: Group) -> int:
        """Where text and model differ about an outcome."""
        of = self.compiled.condition_of_outcome
        return self._differing(
            self.scope(group),
            [(self.text(m.yes.name), self.model(of[m.yes.name])) for m in group.members],
        )

    def differing_fact(self, atom: str) -> int:
        """Where the text settles a fact otherwise than the constraints allow."""
        d = self.d
        scope = d.all([self.model(self.compiled.condition_of_mapped), self.mapped])
        return self._differing(scope, [(self.text(atom), d.fact(atom))])

    @property
    def mapped(self) -> int:
        """Where the text maps a page."""
        return self.text(Outcome.PATH_MAPPED.yes.name)

    def _differing(self, scope: int, pairs: Sequence[tuple[int, int]]) -> int:
        d = self.d
        unlike = [d.choose(one, d.choose(two, d.false, d.true), two) for one, two in pairs]
        return _certain(d, d.all([scope, d.any(unlike)]))

    def value(self, group: Group, state: Mapping[str, bool], of_text: bool) -> str:
        """What text or model says of an outcome in a state."""
        of = self.compiled.condition_of_outcome
        nodes = {
            member: self.text(member.yes.name) if of_text else self.model(of[member.yes.name])
            for member in group.members
        }
        return _value(group, [m for m, node in nodes.items() if _holds(self.d, node, state)])


class Comparison:
    """One tree's text beside one kernel of the model."""

    def __init__(
        self, catalog: Catalog, tree: Tree, kernel: Kernel, overrides: Mapping[str, bool]
    ) -> None:
        self.catalog = catalog
        self.tree = tree
        self.kernel = kernel
        self.overrides = dict(overrides)
        self._spellings = [s for s in catalog.spellings.values() if tree.release in s.releases]
        self._compiled: dict[frozenset[tuple[str, bool]], Compiled] = {}

    def lifted(self) -> Lifted:
        """Read the text and compare.

        :raises LookupError: no plugin spells the entry, or a function cannot be read.
        """
        run = self._run(self.overrides)
        of = run.compiled
        ordinary = self._ordinary(run)
        return Lifted(
            kernel=self.kernel.name,
            ordinary=tuple(self.catalog.said({n: True for n, held in ordinary.items() if held})),
            states=count(run.d, run.model(of.condition_of_admissible), of.facts),
            outcomes=(*(group.field for group in Group), *self._facts(run)),
            functions=tuple(sorted(run.machine.followed - {ENTRY})),
            differences=tuple(self._differences(run, ordinary)),
            unmatched=tuple(self._unmatched(run)),
        )

    def _run(self, overrides: Mapping[str, bool], turned: str = "") -> _Run:
        capabilities = {**self.catalog.capabilities(self.kernel), **overrides}
        key = frozenset(capabilities.items())
        compiled = self._compiled.get(key)
        if compiled is None:
            rules = self.catalog.rules_of(self.kernel)
            compiled = self._compiled[key] = Compiled(self.catalog, rules, capabilities)
        known = set(compiled.facts)
        others = [
            atom
            for atom, fact in self.catalog.atoms.items()
            if not fact.capability and atom not in known
        ]
        diagrams = Diagrams((*compiled.facts, *others, *UNKNOWN_FACTS))
        admissible = diagrams.condition(compiled.admissible, {})
        machine = Machine(self.tree, self._spellings, diagrams, admissible, turned)
        machine.run(ENTRY)
        return _Run(compiled, machine)

    def _facts(self, run: _Run) -> list[str]:
        return sorted(atom for atom in run.machine.recorded if atom in self.catalog.facts)

    def _ordinary(self, run: _Run) -> dict[str, bool]:
        """The fault with the fewest facts that maps a page writable, as the entry wants it."""
        d, of = run.d, run.compiled
        writable = run.model(of.condition_of_outcome[Outcome.PTE_WRITABLE.yes.name])
        wanted = d.all([run.model(of.condition_of_mapped), writable])
        entry = next(s for s in self._spellings if s.text == ENTRY)
        if entry.means is not None:
            as_usual = d.all([wanted, d.condition(entry.means, {})])
            wanted = wanted if as_usual == d.false else as_usual
        return dict.fromkeys(d.order, False) | (nearest(d, wanted, {}) or {})

    def _differences(self, run: _Run, ordinary: Mapping[str, bool]) -> Iterator[Difference]:
        found: list[tuple[Group | str, int]] = [(group, run.differing(group)) for group in Group]
        found += [(atom, run.differing_fact(atom)) for atom in self._facts(run)]
        for about, node in found:
            if node == run.d.false:
                continue
            state = dict(ordinary) | (nearest(run.d, node, ordinary) or {})
            away = {n: v for n, v in state.items() if v != ordinary[n] and not n.startswith("?")}
            if isinstance(about, Group):
                text, model = run.value(about, state, True), run.value(about, state, False)
            else:
                held = _holds(run.d, run.text(about), state)
                text, model = (_YES, _NO) if held else (_NO, _YES)
            places = tuple(self._places(run, about, state, model))
            yield Difference(
                outcome=about.field if isinstance(about, Group) else about,
                states=count(run.d, node, {*run.compiled.facts, *run.d.facts_of(node)}),
                witness=tuple(self.catalog.said(away)),
                text_says=text,
                model_says=model,
                place=places[0].place if places else self._cited(about),
                places=places,
                remedies=tuple(self._remedies(run, about, state, text)),
            )

    def _places(
        self, run: _Run, about: Group | str, state: Mapping[str, bool], wanted: str
    ) -> Iterator[Quoted]:
        """Conditions that were asked in a state and that decide the difference, last first."""
        asked = [b for b in run.machine.branches if _holds(run.d, b.guard, state)]
        for branch in reversed(asked):
            d = OneState(state)
            machine = Machine(self.tree, self._spellings, d, d.true, branch.place)
            machine.run(ENTRY)
            if _said(d, machine.recorded, about, state) == wanted:
                yield Quoted(branch.place, branch.text)

    def _cited(self, about: Group | str) -> str:
        """Where the first function begins that the model cites for an outcome or a fact."""
        if isinstance(about, Group):
            rules = self.catalog.rules_of(self.kernel)
            sources = [rule.source for rule in rules if rule.outcome in about.members]
        else:
            sources = [self.catalog.facts[about].source]
        for source in sources:
            found = self.tree.function(source.file, source.function) if source.function else None
            if found:
                return f"{source.file}:{found[1]}"
        return ""

    def _remedies(
        self, run: _Run, about: Group | str, state: Mapping[str, bool], wanted: str
    ) -> Iterator[str]:
        """Capabilities that, the other way round, remove a difference and make no other."""
        before = {group for group in Group if run.differing(group) != run.d.false}
        for name, value in run.compiled.capabilities.items():
            said = self._model_in({**state, **run.compiled.capabilities, name: not value}, about)
            if said not in ("", wanted):
                continue
            changed = self._run({**self.overrides, name: not value})
            if changed.compiled.condition_of_admissible == changed.compiled.diagrams.false:
                continue
            node = (
                changed.differing(about)
                if isinstance(about, Group)
                else changed.differing_fact(about)
            )
            after = {group for group in Group if changed.differing(group) != changed.d.false}
            if node == changed.d.false and after <= before:
                yield f"{name}={'false' if value else 'true'}"

    def _model_in(self, state: Mapping[str, bool], about: Group | str) -> str:
        """What the model says of an outcome in one state; empty if it is not admissible."""
        if not all(
            constraint.holds.holds(state) for constraint in self.catalog.constraints.values()
        ):
            return ""
        if not isinstance(about, Group):
            return _YES if state[about] else _NO
        rules = self.catalog.rules_of(self.kernel)
        full = dict(state)
        for outcome in outcome_order(rules):
            fired = {r.kind for r in rules if r.outcome is outcome and r.when.holds(full)}
            full[outcome.yes.name] = fired - {Kind.LIMIT} == {Kind.CLAIM}
        return _value(about, [m for m in about.members if full[m.yes.name]])

    def _unmatched(self, run: _Run) -> Iterator[Unmatched]:
        machine, d = run.machine, run.d
        asked = {
            name
            for group in Group
            for member in group.members
            for name in d.facts_of(d.all([run.scope(group), run.text(member.yes.name)]))
        }
        mattering = [seen for name, seen in machine.unknown.items() if name in asked]
        yield from dict.fromkeys((*machine.statements, *mattering))


class OneState(Diagrams):
    """Diagrams of a single state: every condition holds or does not."""

    def __init__(self, state: Mapping[str, bool]) -> None:
        super().__init__(())
        self._state = state

    def fact(self, name: str) -> int:
        """Whether a fact holds in the state."""
        return self.true if self._state.get(name, False) else self.false


def _value(group: Group, held: Sequence[Outcome]) -> str:
    if not group.is_choice:
        return _YES if held else _NO
    return " and ".join(group.value_of(member) for member in held) or "nothing"


def _said(
    d: Diagrams, recorded: Mapping[str, int], about: Group | str, state: Mapping[str, bool]
) -> str:
    """What the text settled in one state."""
    held = {name for name, node in recorded.items() if _holds(d, node, state)}
    if not isinstance(about, Group):
        return _YES if about in held else _NO
    return _value(about, [member for member in about.members if member.yes.name in held])


def _holds(d: Diagrams, node: int, state: Mapping[str, bool]) -> bool:
    while not d.is_leaf(node):
        name = d.order[d.level[node]]
        node = d.high[node] if state.get(name, False) else d.low[node]
    return bool(d.value[node])


def _certain(d: Diagrams, node: int) -> int:
    """Where a condition holds whatever nothing spells would say."""
    made: dict[int, int] = {}

    def walk(node: int) -> int:
        if d.is_leaf(node):
            return node
        if node not in made:
            low, high = walk(d.low[node]), walk(d.high[node])
            name = d.order[d.level[node]]
            unknown = name.startswith("?")
            made[node] = d.all([low, high]) if unknown else d.choose(d.fact(name), high, low)
        return made[node]

    return walk(node)
