"""One outcome of a kernel as SQL: the decision diagram, for rows that a database keeps.

A row comes to a mask of the values that its completions have (:mod:`swapin.program.masks`). Two
forms say which: each node of the diagram as a column, from the leaves up, and tables that a row
walks through from the root down (:mod:`swapin.program.walk`). Which is the faster, or works at
all, depends on the engine. Which rules decided is in the same mask.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import partial

from swapin.model import Answer, Group
from swapin.program.compiled import Compiled
from swapin.program.masks import Masks
from swapin.program.walk import Step, TooManyStates, walk

MOST_TERMS = 20_000
"""Terms of an expression; a longer one is refused, since databases choke on its text."""

_FEW_TERMS = 200
"""Up to so many, an expression is written with CASE alone, which a person can read."""
_INTEGERS = {"TINYINT": 7, "SMALLINT": 15, "INTEGER": 31, "BIGINT": 63}
"""Bits that a mask may have, by type."""
_LARGEST_TABLE = 500
"""Facts are looked up together as long as their table is no larger: above, the time that tables
cost is more than that of the look-ups they save."""


class Dialect(StrEnum):
    """Whose SQL is written. The dialects differ in quotes, and in how a table is looked up."""

    DUCKDB = "duckdb"
    SPARK = "spark"
    POLARS = "polars"

    def quoted(self, name: str) -> str:
        """A name, such as that of a column, as this dialect writes it."""
        mark = "`" if self is Dialect.SPARK else '"'
        return f"{mark}{name.replace(mark, mark * 2)}{mark}"

    def text(self, words: str) -> str:
        """A text, as this dialect writes it."""
        if self is Dialect.SPARK:
            words = words.replace("\\", "\\\\").replace("'", "\\'")
        else:
            words = words.replace("'", "''")
        return f"'{words}'"

    @property
    def has_tables(self) -> bool:
        """Whether it looks up a constant array; polars makes a copy of it for each row."""
        return self is not Dialect.POLARS

    def chosen(self, values: Sequence[str], kind: str, place: str) -> str:
        """The value at a place, counted from 0; each is written as this dialect writes it."""
        listed = ", ".join(values)
        if self is Dialect.SPARK:
            return f"get(CAST(array({listed}) AS ARRAY<{kind}>), {place})"
        return f"(CAST([{listed}] AS {kind}[]))[1 + {place}]"

    def looked_up(self, table: Sequence[int], place: str) -> str:
        """The number at a place of a table, counted from 0."""
        numbers = ",".join(map(str, table))
        if self is Dialect.SPARK:
            # One string, since Spark takes seconds to analyse thousands of literals. It is
            # split once: the optimizer folds what is constant.
            return f"get(CAST(split('{numbers}', ',') AS ARRAY<INT>), {place})"
        return f"(CAST([{numbers}] AS INTEGER[]))[1 + {place}]"


class TooLong(ValueError):
    """What would be written is longer than a database can take; the message says what would do."""


class Sql:
    """One outcome of one kernel, for rows of yes-or-no columns.

    A column is named as its atom (:attr:`~swapin.model.Fact.atoms`) and NULL where that is
    unknown. The result is TRUE or FALSE, or of a choice the value's name as text. It is NULL
    if the row does not settle it, if the model does not cover it, and if no admissible state
    agrees with the row.

    The deciding rules are their ids, as a verdict has them, in one text with commas between. It
    is empty where no rule decided, and NULL only if no admissible state agrees with the row.

    .. versionadded:: 0.1
    """

    def __init__(
        self,
        compiled: Compiled,
        group: Group,
        dialect: Dialect,
        known: Mapping[str, bool] | None = None,
        columns: Collection[str] | None = None,
        *,
        deciding: bool = False,
    ) -> None:
        """Prepare.

        :param known: atoms that are the same for every row, such as what presets bind. They
            take no column.
        :param columns: atoms that rows give; the rest is unknown. By default rows give each one.
        :param deciding: whether the deciding rules are asked for.
        """
        self._dialect = dialect
        masks = Masks(compiled, (group,), known, columns, deciding=deciding)
        self._d, self._root = masks.diagrams, masks.root
        (self._part,) = masks.parts
        self.names = (group.field, f"{group.field}_deciding")[: 1 + deciding]
        """The columns that a query results in."""
        # Narrow integers nearly double the speed, since the steps are bound by memory.
        self._integer = next(name for name, bits in _INTEGERS.items() if self._part.all < 1 << bits)
        self.columns = masks.facts
        """The atoms that make a difference: the columns that are read."""
        self.nodes = len(self._d.nodes(self._root))
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
        """The last of :attr:`names` as one expression: by CASE, or where that is long by tables.

        :raises TooLong: CASE has more than :data:`MOST_TERMS` terms, and the dialect has no
            tables; or they are too large.
        """
        return self._expression(len(self.names) - 1)

    def query(self, table: str, keep: Sequence[str] = ()) -> str:
        """All of :attr:`names` as a query.

        For Spark it selects an expression for each. For the others it is a chain of steps, one a
        fact, with one column for each node; its length is that of the diagram, whatever ways
        there are through it.

        :param table: what stands after FROM, as it is: a table, or a function of the dialect.
        :param keep: columns that the result has before the outcome.
        :raises TooLong: as :meth:`expression`, for Spark.
        """
        if self._dialect is Dialect.SPARK:
            kept = map(self._dialect.quoted, keep)
            return f"SELECT {self._selected(kept, self._expression)} FROM {table}"
        return self._chain(table, keep)

    def _chain(self, table: str, keep: Sequence[str]) -> str:
        d, quoted = self._d, self._dialect.quoted
        # Under another name, so that a kept column cannot have the name of one of a step.
        kept = [f"{quoted(name)} AS k{place}" for place, name in enumerate(keep)]
        may = {name: place for place, name in enumerate(self.columns)}
        # All bits are set where the fact may be yes (y), or may be no (n): where it is NULL, both.
        masks = [
            f"CAST(CASE WHEN {test} THEN 0 ELSE -1 END AS {self._integer}) AS {side}{place}"
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
        chain = ",\n".join(steps)
        again = [f"k{place} AS {quoted(name)}" for place, name in enumerate(keep)]
        selected = self._selected(again, partial(self._by_mask, mask))
        return f"WITH {chain}\nSELECT {selected} FROM s{step}"

    def _selected(self, kept: Iterable[str], written: Callable[[int], str]) -> str:
        """What a query selects; *written* gives each of :attr:`names` by its place."""
        names = enumerate(map(self._dialect.quoted, self.names))
        return ", ".join([*kept, *(f"{written(place)} AS {name}" for place, name in names)])

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

    def _expression(self, place: int) -> str:
        """One of :attr:`names`."""
        if self._dialect.has_tables and self.terms > _FEW_TERMS:
            try:
                found = walk(self._d, self._root, partial(self._said, place), _LARGEST_TABLE)
            except TooManyStates as error:
                raise TooLong(f"{error}: name fewer columns") from error
            state = self._by_tables(found.steps)
            return self._dialect.chosen(found.values, self._kind(place), state)
        if self.terms > MOST_TERMS:
            raise TooLong(
                f"the expression has {self.terms:,} terms, more than {MOST_TERMS:,}: "
                "ask for a query, or name fewer columns"
            )
        return self._by_mask(self._term(self._root), place)

    def _by_tables(self, steps: Sequence[Step]) -> str:
        # A table has the next state times the size of what the next step adds to it.
        sizes = [3 ** len(step.names) for step in steps]
        state = ""
        for step, after in zip(steps, [*sizes[1:], 1], strict=True):
            parts = [state] if state else []
            for power, name in enumerate(reversed(step.names)):
                fact, one = self._dialect.quoted(name), 3**power
                parts.append(
                    f"CASE WHEN {fact} THEN {one} WHEN NOT {fact} THEN 0 ELSE {2 * one} END"
                )
            state = self._dialect.looked_up([to * after for to in step.table], " + ".join(parts))
        return state or "0"

    def _by_mask(self, mask: str, place: int) -> str:
        """One of :attr:`names` by the mask of a row."""
        otherwise = self._said(place, self._part.held)
        cases = [
            f"WHEN {one} THEN {said}"
            for one in self._masks()
            if (said := self._said(place, one)) != otherwise
        ] or [f"WHEN NULL THEN CAST(NULL AS {self._kind(place)})"]
        return f"CASE {mask} {' '.join(cases)} ELSE {otherwise} END"

    def _masks(self) -> list[int]:
        """The masks that rows can have, but for those of two values, which say the same."""
        masks = {0}
        for leaf in self._d.leaves(self._root):
            more = {one | leaf for one in masks}
            masks.update(one for one in more if (one & self._part.held).bit_count() < 2)
        return sorted(masks)

    def _said(self, place: int, mask: int) -> str:
        """What a mask says in one of :attr:`names`."""
        group, value = self._part.group, self._part.value(mask)
        if value is None:
            return "NULL"
        if place:
            return self._dialect.text(",".join(self._part.deciding(mask)))
        if value == group.undetermined:
            return "NULL"
        if group.is_choice:
            return self._dialect.text(value)
        return "TRUE" if value == Answer.YES.value else "FALSE"

    def _kind(self, place: int) -> str:
        return "STRING" if place or self._part.group.is_choice else "BOOLEAN"
