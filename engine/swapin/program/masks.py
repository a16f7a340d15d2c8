"""The values that outcomes can have, as one diagram whose leaves are bit masks.

A bit stands for a value of an outcome that some admissible state has. A fact that is not known
is asked by taking both branches, which unites their masks with ``|``; so a row of facts has
exactly the values that some completion of it has, and an outcome is settled if that is one.

A rule decides a row if it does in every completion. So a bit that stands for a rule says that in
some state it did not decide; again ``|`` is all that unknown facts take.

What evaluates many rows at once needs nothing else: see :mod:`swapin.program.sql` and
:mod:`swapin.columns`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from swapin.model import Group
from swapin.program.compiled import Compiled, Table
from swapin.program.diagram import Diagrams
from swapin.program.sifting import sifted


@dataclass(frozen=True, slots=True)
class Part:
    """The bits of one outcome."""

    group: Group
    values: Mapping[str, int]
    """The bit of each value but the undetermined one."""
    undetermined: int
    """The bit of a state that the model does not cover, and of what two values came to."""
    elsewhere: int
    """The bit of an admissible state in which the fault maps no page. It counts only if no
    other state is left: the outcome then has its :attr:`~swapin.model.Group.unreached` value.
    The path has no such states."""
    silent: Mapping[str, Mapping[str, int]]
    """By value, the rules that can decide it, by id, each with the bit of a state that has the
    value and in which the rule does not hold. Values share these bits, since of two no rule
    decides. No rules are here if nobody asks what decided."""

    @property
    def held(self) -> int:
        """The bits of values, the undetermined one included."""
        return sum(self.values.values()) | self.undetermined

    @property
    def all_silent(self) -> int:
        """The bits of rules."""
        return sum({bit for bits in self.silent.values() for bit in bits.values()})

    @property
    def all(self) -> int:
        """The bits of the outcome."""
        return self.held | self.elsewhere | self.all_silent

    def value(self, mask: int) -> str | None:
        """What a mask says of the outcome; ``None``: no admissible state is left."""
        if mask & self.undetermined:
            return self.group.undetermined
        held = [value for value, bit in self.values.items() if mask & bit]
        if len(held) > 1:
            return self.group.undetermined
        return held[0] if held else self.group.unreached if mask & self.elsewhere else None

    def deciding(self, mask: int) -> tuple[str, ...]:
        """The ids of the rules that decided, as in a verdict."""
        value = self.value(mask)
        if value is None or (mask & self.held).bit_count() != 1:
            return ()
        return tuple(id for id, bit in self.silent[value].items() if not mask & bit)


class Masks:
    """Some outcomes of a kernel, for facts that are given row by row.

    .. versionadded:: 0.1
    """

    def __init__(
        self,
        compiled: Compiled,
        groups: Sequence[Group],
        known: Mapping[str, bool] | None = None,
        facts: Collection[str] | None = None,
        passes: int = 1,
        *,
        deciding: bool = False,
    ) -> None:
        """Build.

        :param groups: the outcomes.
        :param known: atoms that are the same for every row, such as what presets bind.
        :param facts: atoms that rows give; the rest is unknown. By default rows give each one.
        :param passes: how often facts are carried to their best places.
        :param deciding: whether masks also tell which rules decided.
        :raises ValueError: no outcome is asked for.
        """
        source, known = compiled.diagrams, known or {}
        # The kernel's own would keep every node for as long as it lives.
        d = Diagrams(source.order)
        admissible = d.taken(source, compiled.condition_of_admissible, known, bool)
        if not groups:
            # A row would have no value, as if no state agreed with it.
            raise ValueError("no outcome is asked for")
        self.parts = tuple(_parts(compiled, groups, deciding))
        root = d.leaf(0)
        for part in self.parts:
            table = compiled.table_of(part.group)
            mask = _Mask(part, table)
            outcome = d.taken(source, table.root, known, mask)
            if part.elsewhere:
                outcome = d.zipped(outcome, admissible, mask.or_elsewhere)
            root = d.zipped(root, outcome, int.__or__)
        if facts is not None:
            root = d.projected(root, set(d.order).difference(facts))
        self.diagrams, self.root = sifted(d, d.mapped(root, self._plain), passes)
        self.facts = self.diagrams.facts_of(self.root)
        """The atoms that make a difference, in the order in which the diagram asks them."""

    def _plain(self, mask: int) -> int:
        """The same mask with as few bits as will do: the fewer masks, the smaller the diagram."""
        plain = mask
        for part in self.parts:
            held = mask & (part.held | part.all_silent)
            if (held & part.held).bit_count() > 1:
                held = part.undetermined | part.all_silent
            plain = plain & ~part.all | (held or mask & part.elsewhere)
        return plain


def _parts(compiled: Compiled, groups: Sequence[Group], deciding: bool) -> list[Part]:
    parts = []
    place = 0
    for group in groups:
        names = [value for value in group.values if value != group.undetermined]
        values = {name: 1 << place + i for i, name in enumerate(names)}
        place += len(names)
        reached = group is Group.PATH
        undetermined, elsewhere = 1 << place, 0 if reached else 2 << place
        place += 2 - reached
        table = compiled.table_of(group)
        silent = {
            value: {
                rule.id: 1 << place + i
                for i, (_, rule) in enumerate(table.deciders(group, value) if deciding else ())
            }
            for value in group.values
        }
        place += max(map(len, silent.values()))
        parts.append(Part(group, values, undetermined, elsewhere, silent))
    return parts


@dataclass(frozen=True, slots=True)
class _Mask:
    """Makes masks of what a table says holds."""

    part: Part
    table: Table

    def __call__(self, held: frozenset[int]) -> int:
        mask = 0
        for bits in held:
            value, rules = self.table.judged(self.part.group, frozenset((bits,)))
            mask |= self.part.values.get(value, self.part.undetermined)
            deciding = {rule.id for rule in rules}
            mask |= sum(bit for id, bit in self.part.silent[value].items() if id not in deciding)
        return mask

    def or_elsewhere(self, mask: int, admissible: bool) -> int:
        """The mask of a state; of one that is admissible and maps nothing, that bit."""
        return mask or (self.part.elsewhere if admissible else 0)
