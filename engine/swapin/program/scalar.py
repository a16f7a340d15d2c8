"""The compiled scalar form: nested conditionals that end in ready-made answers.

The code is built as a syntax tree from a reduced decision diagram, never from text, and reads
only the facts that matter on its way.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from typing import Any

from swapin.model import Group
from swapin.model.records import dataclass
from swapin.program.compiled import Compiled

Row = Mapping[str, bool | None]
"""Facts by name; every fact of the decider is there, ``None`` if it is unknown."""

_MOST_STATEMENTS = 5000
"""Statements after which unknown facts are no longer branched on in generated code."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one outcome."""

    value: str
    """Value of the outcome, as in a verdict."""
    deciding: tuple[str, ...]
    """Ids of the rules that decided."""


class Decider:
    """Decides one outcome of one kernel from a fixed choice of facts.

    Facts that were not chosen are unknown. Call it with a :data:`Row`; it gives ``None`` for
    a row that no admissible state agrees with; of an outcome other than the path, no state in
    which the fault maps a page.

    .. versionadded:: 0.1
    """

    def __init__(
        self,
        compiled: Compiled,
        group: Group,
        facts: Collection[str],
        known: Mapping[str, bool] | None = None,
    ) -> None:
        """Compile.

        :param facts: the facts that rows give.
        :param known: facts that are the same for every row, such as what presets bind.
        :raises ValueError: a fact that no rule or constraint of this kernel reads.
        """
        strange = [name for name in facts if name not in compiled.facts]
        if strange:
            raise ValueError(f"no rule or constraint reads {', '.join(strange)}")
        self._diagrams = compiled.diagrams
        answers = compiled.table_of(group)
        table = compiled.diagrams.restrict(answers.root, known or {})
        hidden = set(compiled.facts) - set(facts)
        mine = answers.bits_of(group)
        # Without the rules of other outcomes, states that they tell apart fall together.
        self._table = compiled.diagrams.mapped(
            compiled.diagrams.projected(table, hidden),
            lambda held: frozenset(bits & mine for bits in held),
        )

        def decision(held: frozenset[int]) -> Decision | None:
            if not held:
                return None
            value, deciding = answers.judged(group, held)
            return Decision(value, tuple(rule.id for rule in deciding))

        self._decision = decision
        self._left = _MOST_STATEMENTS
        self.facts = tuple(self._diagrams.facts_of(self._table))
        """The facts that make a difference, in the order in which they are asked."""
        self.decide: Callable[[Row], Decision | None] = self._generate()
        """The generated function; calling the decider calls it."""

    def __call__(self, row: Row) -> Decision | None:
        """The decision for a row."""
        return self.decide(row)

    def look_up(self, row: Row) -> Decision | None:
        """The same decision by walking the diagram; unknown facts take both branches."""
        known = {name: value for name, value in row.items() if value is not None}
        return self._decision(self._diagrams.look_up(self._table, known))

    def _generate(self) -> Callable[[Row], Decision | None]:
        names: dict[str, Any] = {"look_up": self.look_up}
        module = ast.parse("def decide(row): pass")
        function = module.body[0]
        assert isinstance(function, ast.FunctionDef)
        function.body = self._statements(self._table, names)
        exec(compile(ast.fix_missing_locations(module), "<swapin decider>", "exec"), names)
        generated: Callable[[Row], Decision | None] = names["decide"]
        return generated

    def _statements(self, node: int, names: dict[str, Any]) -> list[ast.stmt]:
        """Statements that return the answer of a table; *names* gets its leaves."""
        d = self._diagrams
        self._left -= 1
        if d.is_leaf(node):
            names[f"leaf_{node}"] = self._decision(d.value[node])
            return [ast.Return(_name(f"leaf_{node}"))]
        fact = ast.Constant(d.order[d.level[node]])
        high = self._statements(d.high[node], names)
        low = self._statements(d.low[node], names)
        is_unknown = ast.Compare(_name("value"), [ast.Is()], [ast.Constant(None)])
        return [
            ast.Assign(
                [ast.Name("value", ast.Store())], ast.Subscript(_name("row"), fact, ast.Load())
            ),
            ast.If(_name("value"), high, [ast.If(is_unknown, self._unknown(node, names), low)]),
        ]

    def _unknown(self, node: int, names: dict[str, Any]) -> list[ast.stmt]:
        """What follows if the first fact of a table is unknown: the table without it."""
        if self._left <= 0:
            # Three branches a fact grow fast; the rest is left to walking.
            return [ast.Return(ast.Call(_name("look_up"), [_name("row")], []))]
        return self._statements(self._diagrams.either(node), names)


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())
