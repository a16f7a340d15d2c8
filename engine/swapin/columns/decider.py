"""The columnar form: outcomes of many faults, 64 to each operation on a word.

Rows are worked on in blocks whose columns stay in the cache, and blocks by several threads, since
numpy lets go of the interpreter's lock while it computes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from swapin.columns.bits import WORD, Bits, Words, everything, words
from swapin.columns.gather import gather
from swapin.columns.lower import lowered
from swapin.columns.plan import BLOCK, Plan
from swapin.columns.resub import fewer
from swapin.columns.sketch import IMPOSSIBLE, Given
from swapin.columns.spread import spread
from swapin.model import Group
from swapin.program.compiled import Compiled
from swapin.program.masks import Masks

_FEWEST = 4 * BLOCK
"""Words that are worth a thread."""
_MOST_PLANS = 64
"""Plans kept by a decider; there is one for each choice of facts that are given."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What many faults come to, as columns of bits."""

    rows: int
    values: Mapping[str, Mapping[str, Words]]
    """By outcome, a column for each value that some row can have and that was asked for, the
    undetermined one included. A row that some admissible state agrees with is set in exactly one
    of all."""
    impossible: Words
    """The rows that no admissible state agrees with."""


class ColumnDecider:
    """Decides outcomes of one kernel for many faults at once. Thread safe.

    .. versionadded:: 0.1
    """

    def __init__(
        self,
        compiled: Compiled,
        groups: Sequence[Group] = tuple(Group),
        known: Mapping[str, bool] | None = None,
        facts: Collection[str] | None = None,
        values: Collection[str] | None = None,
        thorough: bool = False,
    ) -> None:
        """Compile.

        :param groups: the outcomes; all of them together cost little more than one.
        :param known: atoms that are the same for every row, such as what presets bind.
        :param facts: atoms that rows give; the rest is unknown. By default rows give each one.
        :param values: the values to make columns of, such as ``ANSWER_YES``, whichever of the
            outcomes have them. By default all; each one less is less work.
        :param thorough: look longer for fewer operations: a tenth of a second, once, which pays
            after some thousand million rows.
        :raises ValueError: none of the outcomes has one of these values.
        """
        strange = set(values or ()).difference(*(group.values for group in groups))
        if strange:
            raise ValueError(f"no outcome that is asked for has the value {min(strange)}")
        self._wanted = None if values is None else frozenset(values)
        self._thorough = thorough
        self._masks = Masks(compiled, groups, known, facts, passes=2 if thorough else 1)
        self._plans: dict[tuple[Given, ...], Plan] = {}
        self.groups = tuple(groups)
        self.facts = self._masks.facts
        """The atoms that make a difference."""

    def __call__(self, columns: Mapping[str, Bits], rows: int, threads: int = 1) -> Outcomes:
        """The outcomes of some rows.

        :param columns: facts by atom; one that is missing is unknown in every row. Columns that
            make no difference are not read.
        :param threads: how many threads may work; small inputs take one.
        :raises ValueError: a column has fewer words than its rows need.
        """
        size = words(rows)
        read = [columns.get(name) for name in self.facts]
        for name, bits in zip(self.facts, read, strict=True):
            parts = () if bits is None else (bits.values, bits.known)
            if any(part is not None and part.size < size for part in parts):
                raise ValueError(f"the column {name} has fewer than {size} words")
        plan = self.plan(columns)
        made = np.empty((len(plan.results), size), np.uint64)
        workers = max(1, min(threads, size // _FEWEST))
        # Whole blocks, so that a short one comes last alone.
        bounds = [size * worker // workers // BLOCK * BLOCK for worker in range(workers)]
        parts_of = list(zip(bounds, [*bounds[1:], size], strict=True))
        if workers == 1:
            plan.run(read, made, 0, size)
        else:
            with ThreadPoolExecutor(workers) as pool:
                done = [pool.submit(plan.run, read, made, *bound) for bound in parts_of]
                for part in done:
                    part.result()
        if rows % WORD:
            made[:, -1] &= everything(rows)[-1]
        columns_of = dict(zip(plan.results, made, strict=True))
        impossible = columns_of.pop(IMPOSSIBLE, None)
        if impossible is None:
            impossible = np.zeros(size, np.uint64)
        named: dict[str, dict[str, Words]] = {group.field: {} for group in self.groups}
        for (outcome, value), column in columns_of.items():
            named[outcome][value] = column
        return Outcomes(rows, named, impossible)

    def plan(self, columns: Mapping[str, Bits]) -> Plan:
        """The steps that some columns take, made on first use."""
        given = tuple(Given.of(columns.get(name)) for name in self.facts)
        found = self._plans.get(given)
        if found is None:
            ways = [spread(self._masks, given)]
            if all(one is Given.KNOWN for one in given):
                ways.append(gather(self._masks))
            if self._wanted is not None:
                for way in ways:
                    way.leave(self._wanted)
            operations = min((lowered(way) for way in ways), key=lambda one: len(one.made))
            found = Plan(fewer(operations) if self._thorough else operations)
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[given] = found
        return found
