"""One outcome of a kernel as SQL: the decision diagram, for rows that a database keeps.

Leaves are bit masks: a bit for each value of the outcome that some admissible state has. A fact
that is NULL is asked by taking both branches, which unites their masks with ``|``; so a row has
exactly the values that some completion of it has, and the outcome is settled if that is one.
This is what :meth:`~swapin.program.diagram.Diagrams.look_up` does, one row after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum

from swapin.model import Answer, Group
from swapin.program.compiled import Compiled

MOST_TERMS = 20_000
"""Terms of an expression; a longer one is refused, since databases choke on its text."""

_ELSEWHERE = 1
"""The bit of an admissible state in which the fault maps no page; values have higher bits."""


class Dialect(StrEnum):
    """Whose SQL is written. The dialects differ in how a name is quoted."""

    DUCKDB = "duckdb"
    SPARK = "spark"
    POLARS = "polars"

    def quoted(self, name: str) -> str:
        """A name, such as that of a column, as this dialect writes it."""
        mark = "`" if self is Dialect.SPARK else '"'
        return f"{mark}{name.replace(mark, mark * 2)}{mark}"


class TooLong(ValueError):
    """An expression of more than :data:`MOST_TERMS` terms; a query shares what it repeats."""

    def __init__(self, terms: int) -> None:
        super().__init__(
            f"the expression has {terms:,} terms, more than {MOST_TERMS:,}: "
            "ask for a query, or name fewer columns"
        )
        self.terms = terms


class Sql:
    """One outcome of one kernel, for rows of yes-or-no columns.

    A column is named as its atom (:attr:`~swapin.model.Fact.atoms`) and NULL where that is
    unknown. The result is TRUE or FALSE, or of a choice the value's name as text. It is NULL
    if the row does not settle it, if the model does not cover it, and if no admissible state
    agrees with the row.

    .. versionadded:: 0.1
    """

    def __init__(
        self,
        compiled: Compiled,
        group: Group,
        dialect: Dialect,
        known: Mapping[str, bool] | None = None,
        columns: Collection[str] | None = None,
    ) -> None:
        """Prepare.

        :param known: atoms that are the same for every row, such as what presets bind. They
            take no column.
        :param columns: atoms that rows give; the rest is unknown. By default rows give each one.
        """
        self._d = d = compiled.diagrams
        self._dialect = dialect
        self._group = group
        table = compiled.table_of(group)
        values = [group.undetermined]
        if group.is_choice:
            values += [group.value_of(member) for member in group.members]
        else:
            values += [Answer.YES.value, Answer.NO.value]
        self._bits = {value: 2 << place for place, value in enumerate(values)}
        undetermined = self._bits[group.undetermined]

        def mask(held: frozenset[int]) -> int:
            found = 0
            for bits in held:
                found |= self._bits[table.judged(group, frozenset((bits,)))[0]]
            return found

        def plain(mask: int) -> int:
            # States in which the fault ends elsewhere count only if there is no other, and
            # whichever two values there are, nothing is settled.
            rest = mask & ~_ELSEWHERE
            return undetermined if rest.bit_count() > 1 else rest or mask

        root = d.mapped(d.restrict(table.root, known or {}), mask)
        if group is not Group.PATH:
            admissible = d.restrict(compiled.condition_of_admissible, known or {})
            root = d.zipped(root, admissible, lambda value, held: value or int(held))
        if columns is not None:
            root = d.projected(root, set(d.order).difference(columns))
        self._root = d.mapped(root, plain)
        self.columns = d.facts_of(self._root)
        """The atoms that make a difference: the columns that are read."""
        self.nodes = len(d.nodes(self._root))
        """How many nodes the diagram has; a query computes one column for each."""

    @property
    def terms(self) -> int:
        """How many terms the expression has: the ways through the diagram."""
        d = self._d
        ways: dict[int, int] = {}
        for node in self._upwards():
            ways[node] = sum(
                ways.get(branch, int(d.value[branch] != 0))
                for branch in (d.low[node], d.high[node])
            )
        return ways.get(self._root, 1)

    def expression(self) -> str:
        """The outcome as one expression. What ways through the diagram share is repeated.

        :raises TooLong: it has more than :data:`MOST_TERMS` terms.
        """
        if self.terms > MOST_TERMS:
            raise TooLong(self.terms)
        return self._judged(self._term(self._root))

    def query(self, table: str, keep: Sequence[str] = ()) -> str:
        """The outcome as a query: a chain of steps, one a fact, with one column for each node.

        Its length is that of the diagram, whatever ways there are through it.

        :param table: what stands after FROM, as it is: a table, or a function of the dialect.
        :param keep: columns that the result has before the outcome.
        """
        d, quoted = self._d, self._dialect.quoted
        # Under another name, so that a kept column cannot have the name of one of a step.
        kept = [f"{quoted(name)} AS k{place}" for place, name in enumerate(keep)]
        may = {name: place for place, name in enumerate(self.columns)}
        # All bits are set where the fact may be yes (y), or may be no (n): where it is NULL, both.
        # Narrow integers nearly double the speed, since the steps are bound by memory.
        narrow = "TINYINT" if max(self._bits.values()) < 1 << 7 else "SMALLINT"
        masks = [
            f"CAST(CASE WHEN {test} THEN 0 ELSE -1 END AS {narrow}) AS {side}{place}"
            for name, place in may.items()
            for side, test in (("y", f"NOT {quoted(name)}"), ("n", quoted(name)))
        ]
        step = 0
        steps = [f"s0 AS (SELECT {', '.join([*kept, *masks]) or '1 AS one'} FROM {table})"]
        at_level: dict[int, list[int]] = {}
        for node in self._upwards():
            at_level.setdefault(d.level[node], []).append(node)
        numbers: dict[int, int] = {}

        def part(side: str, branch: int) -> str:
            value = f"v{numbers[branch]}" if branch in numbers else str(d.value[branch])
            return "" if value == "0" else f"{side} & {value}"

        for level in sorted(at_level, reverse=True):
            place = may[d.order[level]]
            made = []
            for node in at_level[level]:
                sides = (part(f"y{place}", d.high[node]), part(f"n{place}", d.low[node]))
                made.append(" | ".join(f"({side})" for side in sides if side))
            numbers.update((node, len(numbers)) for node in at_level[level])
            named = (
                f"{text} AS v{numbers[node]}"
                for text, node in zip(made, at_level[level], strict=True)
            )
            step += 1
            steps.append(f"s{step} AS (SELECT *, {', '.join(named)} FROM s{step - 1})")
        mask = f"v{numbers[self._root]}" if numbers else str(d.value[self._root])
        outcome = f"{self._judged(mask)} AS {quoted(self._group.field)}"
        chain = ",\n".join(steps)
        again = [f"k{place} AS {quoted(name)}" for place, name in enumerate(keep)]
        return f"WITH {chain}\nSELECT {', '.join([*again, outcome])} FROM s{step}"

    def _upwards(self) -> Iterator[int]:
        """The inner nodes, each after those below it."""
        return iter(sorted(self._d.nodes(self._root), key=lambda n: -self._d.level[n]))

    def _term(self, node: int) -> str:
        d = self._d
        if d.is_leaf(node):
            return str(d.value[node])
        name = self._dialect.quoted(d.order[d.level[node]])
        # A WHEN that is NULL is passed over, so an unknown fact takes both branches. IS NOT
        # FALSE would say the same, but of a NULL polars makes NULL of it.
        parts = [
            f"CASE WHEN {test} THEN 0 ELSE {self._term(branch)} END"
            for test, branch in ((f"NOT {name}", d.high[node]), (name, d.low[node]))
            if not (d.is_leaf(branch) and d.value[branch] == 0)
        ]
        return f"({' | '.join(parts)})"

    def _judged(self, mask: str) -> str:
        """The outcome by its mask; NULL where no WHEN is met."""
        cases: list[str] = []
        for value, bit in self._bits.items():
            if value == self._group.undetermined:
                continue
            met = [bit]
            if self._group is not Group.PATH:
                met.append(bit | _ELSEWHERE)
                if value == self._group.unreached:
                    met.append(_ELSEWHERE)
            cases += [f"WHEN {one} THEN {self._written(value)}" for one in met]
        return f"CASE {mask} {' '.join(cases)} END"

    def _written(self, value: str) -> str:
        if self._group.is_choice:
            return f"'{value}'"
        return "TRUE" if value == Answer.YES.value else "FALSE"
