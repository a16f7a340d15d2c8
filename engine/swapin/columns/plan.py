"""Plans: what is computed of which columns, and in what order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from swapin.columns.bits import Bits, Words
from swapin.columns.lower import Operation, Operations
from swapin.columns.sketch import Place

BLOCK = 16384
"""Words of a block: enough that calling numpy costs little, few enough that the columns that are
alive at a time stay in the cache."""

_Step = tuple[Operation, Place, Place, Place]


class Plan:
    """Operations as steps over few columns of memory: each is used again once it is done with.

    Columns are none, all, those of the facts, the results, and room to work in.
    """

    def __init__(self, operations: Operations) -> None:
        self.results = tuple(operations.results)
        """Outcome and value of each result."""
        first = operations.first
        at = {place: place for place in range(first)}
        self._copied: list[tuple[int, Place]] = []
        for number, place in enumerate(operations.results.values()):
            if place in at:
                self._copied.append((number, at[place]))
            else:
                at[place] = first + number
        work = first + len(self.results)
        free: list[Place] = []
        self.steps: list[_Step] = []
        # From the last to the first: a column takes the room of the one that is made of it last,
        # since numpy is fastest at writing over what it reads.
        for place, (operation, one, two) in reversed([*enumerate(operations.made, first)]):
            free.append(at[place])
            for read in (one, two):
                if read not in at:
                    at[read] = free.pop() if free else work
                    work = max(work, at[read] + 1)
            self.steps.append((operation, at[one], at[two], at[place]))
        self.steps.reverse()
        self._work = work - first - len(self.results)

    def run(self, read: Sequence[Bits | None], made: Words, start: int, stop: int) -> None:
        """Compute the words from *start* to *stop*.

        :param read: the facts.
        :param made: takes the results, a row for each.
        """
        size = min(BLOCK, stop - start)
        nothing = np.zeros(size, np.uint64)
        everything = ~nothing
        work = np.empty((self._work, size), np.uint64)
        for at in range(start, stop, BLOCK):
            end = min(at + BLOCK, stop)
            if end - at < size:
                size = end - at
                nothing, everything, work = nothing[:size], everything[:size], work[:, :size]
            columns = [nothing, everything]
            for bits in read:
                known = None if bits is None else bits.known
                columns.append(nothing if bits is None else bits.values[at:end])
                columns.append(nothing if known is None else known[at:end])
            columns.extend(made[:, at:end])
            columns.extend(work)
            for do, one, two, to in self.steps:
                if do is np.invert:
                    do(columns[one], columns[to])
                else:
                    do(columns[one], columns[two], columns[to])
            for number, column in self._copied:
                made[number, at:end] = columns[column]
