"""Many faults that share a description: what is the same for each is given once.

A description gives what is the same, presets included; columns give the rest. As in one fault, a
fact that a row gives overrides what a preset binds, and where the row leaves it open, the preset
holds.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from swapin.columns.bits import Bits, words
from swapin.columns.decider import ColumnDecider, Outcomes
from swapin.model import Fault, FaultError, Group, Problem, Reason
from swapin.model.errors import unknown_name
from swapin.program import Program
from swapin.program.resolve import Resolved, Resolver

_MOST_KEPT = 64
"""Deciders kept; one takes some MiB and a fraction of a second to make."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A description, prepared for rows that give some more facts."""

    resolved: Resolved
    decider: ColumnDecider
    bound: Mapping[str, bool]
    """What presets bind of the atoms that rows give."""

    def __call__(self, columns: Mapping[str, Bits], rows: int, threads: int = 1) -> Outcomes:
        """The outcomes of some rows.

        :param columns: the atoms that rows give.
        :raises ValueError: a column has fewer words than its rows need.
        """
        filled = {
            name: _filled(bits, self.bound[name], rows) if name in self.bound else bits
            for name, bits in columns.items()
        }
        return self.decider(filled, rows, threads)


class SharedDescriptions:
    """Prepares descriptions, and keeps those used last. Thread safe.

    .. versionadded:: 0.1
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._resolver = Resolver(program.catalog)
        self._kept: OrderedDict[object, Shared] = OrderedDict()
        self._lock = Lock()

    def prepare(
        self, fault: Fault, atoms: Collection[str], groups: Sequence[Group] = tuple(Group)
    ) -> Shared:
        """Prepare a description.

        :param fault: what is the same for each row.
        :param atoms: what rows give.
        :param groups: the outcomes that are asked for.
        :raises FaultError: the description cannot be evaluated; rows give what it gives, what
            no fact is called, or a capability of the kernel, which is one for all.
        """
        found = self.kept(fault, atoms, groups)
        if found is not None:
            return found
        made = self._prepared(fault, atoms, groups)
        with self._lock:
            self._kept[_key(fault, atoms, groups)] = made
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return made

    def kept(self, fault: Fault, atoms: Collection[str], groups: Sequence[Group]) -> Shared | None:
        """What was prepared before and is still kept."""
        key = _key(fault, atoms, groups)
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def _prepared(self, fault: Fault, atoms: Collection[str], groups: Sequence[Group]) -> Shared:
        catalog = self.program.catalog
        problems = []
        for name in sorted(atoms):
            if name not in catalog.atoms:
                problems.append(unknown_name(name, "fact", name, list(catalog.atoms)))
            elif catalog.atoms[name].capability:
                message = f"`{name}` is a capability, the same for all rows of a message or batch"
                problems.append(Problem(name, Reason.DISAGREES, message))
            elif name in fault.facts:
                message = f"`{name}` is given twice, by the description and by rows"
                problems.append(Problem(name, Reason.DISAGREES, message))
        if problems:
            raise FaultError(problems)
        resolved = self._resolver.resolve(fault)
        compiled = self.program.compiled(resolved.kernel, resolved.overrides)
        bound = {name: value for name, value in resolved.known.items() if name in atoms}
        known = {name: value for name, value in resolved.known.items() if name not in atoms}
        decider = ColumnDecider(compiled, groups, known, atoms)
        return Shared(resolved, decider, bound)


def _key(fault: Fault, atoms: Collection[str], groups: Sequence[Group]) -> object:
    return (
        (fault.release, fault.variant, fault.architecture, fault.backend, fault.stack),
        (fault.raw_pte, frozenset(fault.facts.items())),
        (frozenset(atoms), tuple(groups)),
    )


def _filled(bits: Bits, preset: bool, rows: int) -> Bits:
    """A column with what a preset binds where it leaves the fact open."""
    if bits.known is None:
        return bits
    size = words(rows)
    values, known = bits.values[:size], bits.known[:size]
    if preset:
        return Bits(values | np.invert(known))
    return Bits(values & known)
