"""The reference interpreter: asks every rule, one after the other.

It is slow and plain on purpose. The compiled forms are proven equal to it over the whole
space in tests; it shares with them nothing but the declarations.
"""

from __future__ import annotations

from collections.abc import Mapping

from swapin.catalog import Catalog
from swapin.model import (
    DECIDED,
    Answer,
    Expression,
    Group,
    Kernel,
    Kind,
    Outcome,
    Rule,
    all_of,
    any_of,
    outcome_order,
)
from swapin.model.satisfiability import model_of, satisfiable


class Interpreter:
    """Evaluates faults of one kernel."""

    def __init__(self, catalog: Catalog, kernel: Kernel, capabilities: Mapping[str, bool]) -> None:
        self.rules: tuple[Rule, ...] = catalog.rules_of(kernel)
        self.capabilities = dict(capabilities)
        self.constraints = [constraint.holds for constraint in catalog.constraints.values()]
        self.meanings: dict[str, Expression] = {}
        """When each outcome holds, over facts alone; by the name that rules read."""
        self.limits: dict[Group, Expression] = {}
        """Where the model does not cover an outcome, over facts alone."""
        self._rules_of = {
            outcome: [rule for rule in self.rules if rule.outcome is outcome]
            for outcome in outcome_order(self.rules)
        }
        for outcome, mine in self._rules_of.items():
            parts: dict[Kind, list[Expression]] = {kind: [] for kind in Kind}
            for rule in mine:
                parts[rule.kind].append(self._over_facts(rule))
            claimed, vetoed = any_of(parts[Kind.CLAIM]), any_of(parts[Kind.VETO])
            self.meanings[outcome.yes.name] = claimed & ~vetoed
        for group in Group:
            self.limits[group] = any_of(
                self._over_facts(rule)
                for rule in self.rules
                if rule.kind is Kind.LIMIT and rule.outcome in group.members
            )

    def _over_facts(self, rule: Rule) -> Expression:
        return rule.when.given(self.capabilities).substitute(self.meanings)

    def admissible(self, state: Mapping[str, bool]) -> bool:
        """Whether a state that gives every fact keeps to every constraint."""
        full = {**state, **self.capabilities}
        return all(constraint.holds(full) for constraint in self.constraints)

    def holding(self, state: Mapping[str, bool]) -> set[str]:
        """Ids of the rules that hold in a state that gives every fact."""
        full = {**state, **self.capabilities}
        holding: set[str] = set()
        for outcome, mine in self._rules_of.items():
            fired = [rule for rule in mine if rule.when.holds(full)]
            holding.update(rule.id for rule in fired)
            kinds = {rule.kind for rule in fired} - {Kind.LIMIT}
            full[outcome.yes.name] = kinds == {Kind.CLAIM}
        return holding

    def outcomes(self, state: Mapping[str, bool]) -> dict[str, str]:
        """Value of each outcome in a state that gives every fact."""
        fired = self.holding(state)
        mapped = self._holds(Outcome.PATH_MAPPED, fired)
        limited = {r.outcome for r in self.rules if r.kind is Kind.LIMIT and r.id in fired}
        found: dict[str, str] = {}
        for group in Group:
            held = [member for member in group.members if self._holds(member, fired)]
            if group is not Group.PATH and not mapped:
                found[group.field] = group.unreached
            elif limited.intersection(group.members):
                found[group.field] = group.undetermined
            elif not group.is_choice:
                found[group.field] = (Answer.YES if held else Answer.NO).value
            else:
                (only,) = held
                found[group.field] = group.value_of(only)
        return found

    def _holds(self, outcome: Outcome, fired: set[str]) -> bool:
        kinds = {rule.kind for rule in self._rules_of.get(outcome, ()) if rule.id in fired}
        return kinds - {Kind.LIMIT} == {Kind.CLAIM}

    def partial_outcomes(self, known: Mapping[str, bool]) -> dict[str, str] | None:
        """Value of each outcome when some facts are unknown; ``None`` for a contradiction.

        An outcome is undetermined only if two admissible completions differ, found by
        searching for one of each, or if it is not modelled in one of them.
        """
        given = {**known, **self.capabilities}
        admissible = all_of(constraint.given(given) for constraint in self.constraints)
        some = model_of(admissible)
        if some is None:
            return None
        maps = admissible & self.meanings[Outcome.PATH_MAPPED.yes.name].given(given)
        mapped = model_of(maps)
        found = {Group.PATH.field: self._value(Group.PATH, admissible, some, given)}
        for group in DECIDED:
            found[group.field] = (
                group.unreached if mapped is None else self._value(group, maps, mapped, given)
            )
        return found

    def _value(
        self, group: Group, states: Expression, some: Mapping[str, bool], given: Mapping[str, bool]
    ) -> str:
        """The value that an outcome has in all of these states, which is that in some of them."""
        if satisfiable(states & self.limits[group].given(given)):
            return group.undetermined
        meanings = {m: self.meanings[m.yes.name].given(given) for m in group.members}
        held = [member for member, meaning in meanings.items() if _holds_in(meaning, some)]
        if group.is_choice:
            (only,) = held
            value, same = group.value_of(only), meanings[only]
        else:
            (meaning,) = meanings.values()
            value, same = (Answer.YES.value, meaning) if held else (Answer.NO.value, ~meaning)
        return group.undetermined if satisfiable(states & ~same) else value


def _holds_in(meaning: Expression, some: Mapping[str, bool]) -> bool:
    """Whether a meaning holds in the states of a model; what that leaves out may be no."""
    return meaning.holds({**dict.fromkeys(meaning.names(), False), **some})
