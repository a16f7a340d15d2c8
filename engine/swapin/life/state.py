"""Small states: page tables of one page, the page frames behind it, its slots on the device."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Pte(NamedTuple):
    """What a process has at the address."""

    folio: int = -1
    """Index of the page that is mapped; -1: none."""
    slot: int = -1
    """Index of the slot of a swap PTE; -1: none."""
    writable: bool = False
    marked: bool = False
    """The swap PTE says that the page was exclusive."""
    protected: bool = False
    """Write-protected through userfaultfd."""
    clean: bool = False
    """Its soft-dirty bit was cleared."""


class Reference(NamedTuple):
    """Somebody beside page tables and swap cache who refers to a page."""

    process: int
    pinned: bool
    """FOLL_PIN; else a plain reference (FOLL_GET)."""


class Folio(NamedTuple):
    """One page frame. All pages here are anonymous and of order 0."""

    value: int
    exclusive: bool = False
    """PageAnonExclusive()."""
    ksm: bool = False
    slot: int = -1
    """Index of the slot that it is in the swap cache for; -1: it is not in it."""
    writeback: bool = False
    stored: bool = False
    """The slot has what the page has, or will have when writeback ends."""
    references: tuple[Reference, ...] = ()


class Slot(NamedTuple):
    """A slot on the swap device."""

    value: int = -1
    """What the device has stored; -1: nothing yet."""


class State(NamedTuple):
    """Everything that can differ between two moments of a life."""

    ptes: tuple[Pte | None, ...]
    """By process; ``None``: there is no such process."""
    folios: tuple[Folio, ...] = ()
    slots: tuple[Slot, ...] = ()
    swap: bool = True
    """The device is in use."""
    expected: tuple[int, ...] = ()
    """By process: what it must find at the address, having written or inherited it."""
    marks: frozenset[str] = frozenset()
    """What has happened and must not have, or is asked for: see :data:`MARKS`."""

    def with_pte(self, process: int, pte: Pte | None) -> State:
        """The same with another PTE."""
        return self._replace(ptes=_put(self.ptes, process, pte))

    def with_folio(self, index: int, folio: Folio) -> State:
        """The same with another page."""
        return self._replace(folios=_put(self.folios, index, folio))

    def with_slot(self, index: int, slot: Slot) -> State:
        """The same with another slot."""
        return self._replace(slots=_put(self.slots, index, slot))

    def marked(self, *marks: str) -> State:
        """The same, with something noted."""
        return self._replace(marks=self.marks.union(marks))

    def mappers(self, folio: int) -> list[int]:
        """The processes that map a page."""
        return [p for p, pte in enumerate(self.ptes) if pte and pte.folio == folio]

    def swapped(self, slot: int) -> list[int]:
        """The processes with a swap PTE of a slot."""
        return [p for p, pte in enumerate(self.ptes) if pte and pte.slot == slot]

    def cached(self, slot: int) -> int:
        """The page that is in the swap cache for a slot; -1: none."""
        return next((i for i, f in enumerate(self.folios) if f.slot == slot), -1)

    def seen(self, process: int) -> int | None:
        """What a process would read now; ``None``: nothing was ever there."""
        pte = self.ptes[process]
        if pte is None or (pte.folio < 0 and pte.slot < 0):
            return None
        if pte.folio >= 0:
            return self.folios[pte.folio].value
        cached = self.cached(pte.slot)
        return self.folios[cached].value if cached >= 0 else self.slots[pte.slot].value

    def canonical(self) -> State:
        """The same with nothing left that nobody refers to, numbered in order of first use."""
        folios: list[int] = []
        slots: list[int] = []

        def want(kept: list[int], index: int) -> None:
            if index >= 0 and index not in kept:
                kept.append(index)

        for pte in self.ptes:
            if pte:
                want(folios, pte.folio)
                want(slots, pte.slot)
        for index, folio in enumerate(self.folios):
            # What the swap cache alone holds stays only while it matters to somebody.
            if folio.references or (folio.slot >= 0 and folio.slot in slots):
                want(folios, index)
        for index in folios:
            want(slots, self.folios[index].slot)
        if folios == list(range(len(self.folios))) and slots == list(range(len(self.slots))):
            return self
        place = {old: new for new, old in enumerate(folios)}
        room = {old: new for new, old in enumerate(slots)}
        return self._replace(
            ptes=tuple(
                pte and pte._replace(folio=place.get(pte.folio, -1), slot=room.get(pte.slot, -1))
                for pte in self.ptes
            ),
            folios=tuple(
                self.folios[old]._replace(slot=room.get(self.folios[old].slot, -1))
                for old in folios
            ),
            slots=tuple(self.slots[old] for old in slots),
        )


MARKS = {
    "leak": "a process or a reference sees what another process wrote after fork",
    "stale": "a process does not see what it wrote last",
    "torn": "the device stored a page that changed while it was written",
    "pin-lost": "a pin no longer refers to the page that its process sees",
    "reference-lost": "a plain reference no longer refers to the page that its process sees",
    "copied": "a write copied the page",
    "reused": "a write-protect fault reused the page",
    "refused": "the kernel refused a step",
    "stopped": "a store waits for userfaultfd",
}
"""What a final condition can ask about."""

BAD = ("leak", "stale", "torn", "pin-lost")
"""What must never happen."""


def _put(values: tuple[T, ...], index: int, value: T) -> tuple[T, ...]:
    return (*values[:index], value, *values[index + 1 :])


def start(processes: int) -> State:
    """Process 0 alone, with nothing at the address."""
    ptes: Iterable[Pte | None] = (Pte(), *([None] * (processes - 1)))
    return State(tuple(ptes), expected=(0,) * processes)
