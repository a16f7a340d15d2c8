"""The reference interpreter: asks every rule, one after the other.

It is slow and plain on purpose. The compiled forms are proven equal to it over the whole
space in tests; it shares with them nothing but the declarations.
"""

from __future__ import annotations

from collections.abc import Mapping

from swapin.catalog import Catalog
from swapin.model import (
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
from swapin.model.satisfiability import satisfiable


class Interpreter:
    """Evaluates faults of one kernel."""

    def __init__(self, catalog: Catalog, kernel: Kernel, capabilities: Mapping[str, bool]) -> None:
        self.rules: tuple[Rule, ...] = catalog.rules_of(kernel)
        self.capabilities = dict(capabilities)
        self.constraints = [constraint.holds for constraint in catalog.constraints.values()]
        self._meanings: dict[str, Expression] = {}
        for outcome in outcome_order(self.rules):
            parts: dict[Kind, list[Expression]] = {Kind.CLAIM: [], Kind.VETO: []}
            for rule in self.rules:
                if rule.outcome is outcome:
                    parts[rule.kind].append(self._over_facts(rule))
            claimed, vetoed = any_of(parts[Kind.CLAIM]), any_of(parts[Kind.VETO])
            self._meanings[outcome.yes.name] = claimed & ~vetoed

    def _over_facts(self, rule: Rule) -> Expression:
        return rule.when.given(self.capabilities).substitute(self._meanings)

    def admissible(self, state: Mapping[str, bool]) -> bool:
        """Whether a state that gives every fact keeps to every constraint."""
        full = {**state, **self.capabilities}
        return all(constraint.holds(full) for constraint in self.constraints)

    def holding(self, state: Mapping[str, bool]) -> set[str]:
        """Ids of the rules that hold in a state that gives every fact."""
        full = {**state, **self.capabilities}
        holding: set[str] = set()
        for outcome in outcome_order(self.rules):
            mine = [rule for rule in self.rules if rule.outcome is outcome]
            fired = [rule for rule in mine if rule.when.holds(full)]
            holding.update(rule.id for rule in fired)
            full[outcome.yes.name] = bool(fired) and all(r.kind is Kind.CLAIM for r in fired)
        return holding

    def outcomes(self, state: Mapping[str, bool]) -> dict[str, str]:
        """Value of each outcome in a state that gives every fact."""
        fired = self.holding(state)
        found: dict[str, str] = {}
        for group in Group:
            held = [member for member in group.members if self._holds(member, fired)]
            if not group.is_choice:
                found[group.field] = (Answer.YES if held else Answer.NO).value
            else:
                (only,) = held
                found[group.field] = group.value_of(only)
        return found

    def _holds(self, outcome: Outcome, fired: set[str]) -> bool:
        kinds = {rule.kind for rule in self.rules if rule.outcome is outcome and rule.id in fired}
        return kinds == {Kind.CLAIM}

    def partial_outcomes(self, known: Mapping[str, bool]) -> dict[str, str] | None:
        """Value of each outcome when some facts are unknown; ``None`` for a contradiction.

        An outcome is undetermined only if two admissible completions differ, found by
        searching for one of each.
        """
        given = {**known, **self.capabilities}
        admissible = all_of(constraint.given(given) for constraint in self.constraints)
        if not satisfiable(admissible):
            return None
        found: dict[str, str] = {}
        for group in Group:
            possible = [
                member
                for member in group.members
                if satisfiable(admissible & self._meanings[member.yes.name].given(given))
            ]
            if group.is_choice:
                single = len(possible) == 1
                found[group.field] = group.value_of(possible[0]) if single else group.undetermined
            elif not possible:
                found[group.field] = Answer.NO.value
            else:
                never = ~self._meanings[group.members[0].yes.name].given(given)
                undetermined = satisfiable(admissible & never)
                found[group.field] = group.undetermined if undetermined else Answer.YES.value
        return found
