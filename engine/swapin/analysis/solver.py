"""Questions put to an SMT solver (z3), apart from the decision diagrams.

Needs the extra ``solver``. The solver is given the declarations as they are: constraints,
capabilities and rules, each outcome defined by its claims and vetoes. Nothing of the compiled
forms is used, so that an answer of theirs that agrees was found twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from swapin.catalog import Catalog
from swapin.model import (
    TRUE,
    And,
    Const,
    Expression,
    Kernel,
    Kind,
    Not,
    Or,
    Outcome,
    Rule,
    outcome_order,
)

SECONDS = 10.0
"""Time for one question, unless the caller gives another."""


class Question(StrEnum):
    """What can be asked of every state."""

    ALWAYS = "always"
    """The expression holds in every state."""
    NEVER = "never"
    """It holds in none."""
    EQUIVALENT = "equivalent"
    """Both hold in the same states."""
    IMPLIES = "implies"
    """Where the first holds, the second does."""
    DISJOINT = "disjoint"
    """Nowhere do both hold."""

    @property
    def expressions(self) -> int:
        """How many expressions the question is about."""
        return 1 if self in (Question.ALWAYS, Question.NEVER) else 2

    def broken(self, parts: Sequence[Expression]) -> Expression:
        """What holds exactly in the states that make the answer no.

        :raises ValueError: the number of expressions is not :attr:`expressions`.
        """
        if len(parts) != self.expressions:
            raise ValueError(f"`{self}` is about {self.expressions} expressions")
        one, two = parts[0], parts[-1]
        match self:
            case Question.ALWAYS:
                return ~one
            case Question.NEVER:
                return one
            case Question.EQUIVALENT:
                return (one & ~two) | (~one & two)
            case Question.IMPLIES:
                return one & ~two
            case Question.DISJOINT:
                return one & two


class NoSolver(LookupError):
    """The extra is not installed."""

    def __init__(self) -> None:
        super().__init__("there is no solver: install the extra, `pip install 'swapin[solver]'`")


class GaveUp(RuntimeError):
    """The solver found no answer in its time."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Yes, or a state that says otherwise."""

    holds: bool
    counterexample: Mapping[str, bool]
    """Atoms of a state that makes the answer no; empty if it is yes. Atoms that are not in it
    may have either value."""


class Solver:
    """Answers questions about every admissible state of a kernel."""

    def __init__(
        self,
        catalog: Catalog,
        kernel: Kernel,
        known: Mapping[str, bool] | None = None,
        *,
        mapped: bool = True,
        seconds: float = SECONDS,
    ) -> None:
        """Hand the declarations to the solver.

        :param known: atoms that every state has, capabilities that differ included.
        :param mapped: ask only about states in which the fault maps a page, as every outcome
            but the path does.
        :raises NoSolver: z3 is not installed.
        """
        try:
            import z3
        except ImportError:
            raise NoSolver from None
        self._z3: Any = z3
        # A context of its own: solvers are then independent of each other's threads.
        self._context = z3.Context()
        self._known = {**catalog.capabilities(kernel), **(known or {})}
        self._rules: dict[str, Rule] = {rule.id: rule for rule in catalog.rules_of(kernel)}
        self._made: dict[str, Any] = {}
        self._solver = z3.Solver(ctx=self._context)
        self._solver.set("timeout", int(seconds * 1000))
        for constraint in catalog.constraints.values():
            self._solver.add(self._read(constraint.holds))
        for outcome in outcome_order(list(self._rules.values())):
            self._solver.add(self._variable(outcome.yes.name) == self._read(self._when(outcome)))
        if mapped:
            self._solver.add(self._variable(Outcome.PATH_MAPPED.yes.name))

    def _when(self, outcome: Outcome) -> Expression:
        claimed: Expression = ~TRUE
        vetoed: Expression = ~TRUE
        for rule in self._rules.values():
            if rule.outcome is outcome and rule.kind is Kind.CLAIM:
                claimed = claimed | rule.when
            elif rule.outcome is outcome and rule.kind is Kind.VETO:
                vetoed = vetoed | rule.when
        return claimed & ~vetoed

    def rule(self, id: str) -> Expression:
        """Where a rule of the kernel holds.

        :raises KeyError: it has no such rule.
        """
        return self._rules[id].when

    def ask(self, question: Question, *parts: Expression) -> Reply:
        """The answer to a question, for every state.

        :raises GaveUp: it took too long.
        """
        z3 = self._z3
        self._solver.push()
        try:
            self._solver.add(self._read(question.broken(parts)))
            found = self._solver.check()
            if found == z3.unknown:
                raise GaveUp(f"no answer: {self._solver.reason_unknown()}")
            if found == z3.unsat:
                return Reply(True, {})
            model = self._solver.model()
            state = {
                str(variable.name()): z3.is_true(model[variable]) for variable in model.decls()
            }
            return Reply(False, dict(sorted(state.items())))
        finally:
            self._solver.pop()

    def _variable(self, name: str) -> Any:
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = self._z3.Bool(name, self._context)
        return found

    def _read(self, expression: Expression) -> Any:
        z3 = self._z3
        if isinstance(expression, Const):
            return z3.BoolVal(expression.value, self._context)
        if isinstance(expression, Not):
            return z3.Not(self._read(expression.part))
        if isinstance(expression, And):
            return z3.And(*map(self._read, expression.parts))
        if isinstance(expression, Or):
            return z3.Or(*map(self._read, expression.parts))
        (name,) = expression.names()
        known = self._known.get(name)
        return self._variable(name) if known is None else z3.BoolVal(known, self._context)
