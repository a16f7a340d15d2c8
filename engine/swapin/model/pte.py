"""Raw swap PTEs: where an architecture keeps the type, the offset and the software bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from swapin.model.release import EVERY_RELEASE, Releases
from swapin.model.rules import Source


@dataclass(frozen=True, slots=True)
class Segment:
    """Field bits ``[field, field + width)`` live at PTE bits ``[pte, pte + width)``."""

    field: int
    pte: int
    width: int

    def gather(self, word: int) -> int:
        """The field bits that this segment holds in a PTE."""
        return ((word >> self.pte) & ((1 << self.width) - 1)) << self.field

    def scatter(self, value: int) -> int:
        """The PTE bits that this segment makes of a field's value."""
        return ((value >> self.field) & ((1 << self.width) - 1)) << self.pte


@dataclass(frozen=True, slots=True)
class PteBits:
    """A decoded swap PTE. A software bit that the layout lacks is not in ``flags``."""

    type: int
    """``swp_type()``: index of the swap device, or a kind of non-swap entry."""
    offset: int
    """``swp_offset()``: slot on the device, in pages."""
    flags: Mapping[str, bool]
    """``swp_exclusive``, ``soft_dirty``, ``uffd_wp``: those that the layout has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PteLayout:
    """The layout of a genuine swap entry in a PTE, for a range of releases."""

    bits: int
    """Width of the PTE: 32 or 64."""
    base: int
    """The PTE of type 0, offset 0. Inverted offsets come out right by exclusive or with it."""
    type: tuple[Segment, ...]
    offset: tuple[Segment, ...]
    flags: Mapping[str, int] = field(default_factory=dict)
    """Mask of each software bit, by fact name without its object (``swp_exclusive``)."""
    present: int
    """A PTE with any of these bits set is present or otherwise no swap PTE."""
    source: Source
    releases: Releases = EVERY_RELEASE

    def decode(self, word: int) -> PteBits:
        """Take a raw swap PTE apart.

        :raises ValueError: the value does not fit the PTE, or is no swap PTE.
        """
        if not 0 < word < 1 << self.bits:
            raise ValueError(f"`{word:#x}` is not a non-zero value of {self.bits} bits")
        if word & self.present:
            raise ValueError(
                f"`{word:#x}` is a present PTE, not a swap PTE (mask {self.present:#x})"
            )
        flags = {name: bool(word & mask) for name, mask in self.flags.items()}
        for mask in self.flags.values():
            word &= ~mask
        word ^= self.base
        kind = sum(segment.gather(word) for segment in self.type)
        offset = sum(segment.gather(word) for segment in self.offset)
        rest = word
        for segment in self.type:
            rest ^= segment.scatter(kind)
        for segment in self.offset:
            rest ^= segment.scatter(offset)
        if rest:
            raise ValueError(f"bits {rest:#x} belong to no field of a swap PTE")
        return PteBits(kind, offset, flags)
