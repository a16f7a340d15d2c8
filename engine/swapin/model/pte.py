"""Raw swap PTEs: where an architecture keeps the type, the offset and the software bits."""

from __future__ import annotations

from collections.abc import Mapping

from swapin.model.records import dataclass, field
from swapin.model.release import EVERY_RELEASE, Releases
from swapin.model.rules import Source

TYPE_BITS = 5
"""``MAX_SWAPFILES_SHIFT``: generic code keeps no more bits of the type, whatever a field holds."""


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


class PteFieldError(ValueError):
    """A value that a layout cannot hold.

    :ivar field: ``type``, ``offset`` or the name of a software bit.
    """

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)

    def __reduce__(self) -> tuple[type[PteFieldError], tuple[str, str]]:
        return type(self), (self.field, str(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class PteLayout:
    """The layout of a swap PTE, for a range of releases."""

    bits: int
    """Width of the PTE: 32 or 64."""
    entry_bits: int = 0
    """Width of ``swp_entry_t``, a long of the architecture; 0: that of the PTE."""
    words: int = 1
    """2: the PTE is a structure of two words; its value is ``pte_low | pte_high << 32``."""
    base: int = 0
    """The PTE of type 0, offset 0. Inverted offsets come out right by exclusive or with it."""
    type: tuple[Segment, ...]
    offset: tuple[Segment, ...]
    flags: Mapping[str, int] = field(default_factory=dict)
    """Mask of each software bit, by fact name without its object (``swp_exclusive``)."""
    present: int
    """A PTE that has other bits than ``absent`` here is present or otherwise no swap PTE."""
    absent: int = 0
    """The ``present`` bits of a swap PTE; nearly everywhere none of them is set."""
    none: int = 0
    """The value of an empty PTE, ``pte_none()``."""
    source: Source
    releases: Releases = EVERY_RELEASE
    remark: str = ""
    """What a person should know: a quirk, or how an end of ``releases`` is known."""

    @property
    def largest_type(self) -> int:
        """The largest type that survives a round trip through generic code."""
        return (1 << min(self._width(self.type), TYPE_BITS)) - 1

    @property
    def largest_offset(self) -> int:
        """The largest offset that survives a round trip through generic code.

        ``swp_entry()`` packs type and offset in a long and leaves its top bit free, so that an
        XArray can hold the entry: on 32 bits, 26 are left for the offset.
        """
        generic = (self.entry_bits or self.bits) - 1 - TYPE_BITS
        return (1 << min(self._width(self.offset), generic)) - 1

    @property
    def collisions(self) -> int:
        """Bits that two of type, offset and flags claim, or that the PTE has not; 0 is right."""
        masks = [segment.scatter(-1) for segment in (*self.type, *self.offset)]
        claimed = collided = 0
        for mask in (*masks, *self.flags.values()):
            collided |= claimed & mask
            claimed |= mask
        return collided | (claimed >> self.bits << self.bits)

    def decode(self, word: int) -> PteBits:
        """Take a raw swap PTE apart.

        :raises ValueError: the value does not fit the PTE, or is no swap PTE.
        """
        if not 0 < word < 1 << self.bits:
            raise ValueError(f"`{word:#x}` is not a non-zero value of {self.bits} bits")
        if word == self.none:
            raise ValueError(f"`{word:#x}` is the empty PTE, not a swap PTE")
        if word & self.present != self.absent:
            raise ValueError(
                f"`{word:#x}` is a present PTE, not a swap PTE (mask {self.present:#x})"
            )
        flags = {name: bool(word & mask) for name, mask in self.flags.items()}
        for mask in self.flags.values():
            word &= ~mask
        word ^= self.base
        kind = sum(segment.gather(word) for segment in self.type)
        offset = sum(segment.gather(word) for segment in self.offset)
        rest = word ^ self._scattered(kind, offset)
        if rest:
            raise ValueError(f"bits {rest:#x} belong to no field of a swap PTE")
        self._check("type", kind, self.largest_type)
        self._check("offset", offset, self.largest_offset)
        return PteBits(kind, offset, flags)

    def encode(self, bits: PteBits) -> int:
        """Put a swap PTE together; the inverse of :meth:`decode`.

        A flag that is false, or that is left out, leaves its bit clear.

        :raises PteFieldError: a field does not fit, a flag has no bit here, or what comes out
            is the empty PTE.
        """
        self._check("type", bits.type, self.largest_type)
        self._check("offset", bits.offset, self.largest_offset)
        word = self.base ^ self._scattered(bits.type, bits.offset)
        for name, value in bits.flags.items():
            if value and name not in self.flags:
                raise PteFieldError(name, "the swap PTE has no such bit here")
            word |= self.flags[name] if value else 0
        if word == self.none:
            raise PteFieldError(
                "offset",
                f"type {bits.type}, offset {bits.offset:#x} would be `{word:#x}`, the empty PTE",
            )
        return word

    def _scattered(self, kind: int, offset: int) -> int:
        word = 0
        for segment in self.type:
            word ^= segment.scatter(kind)
        for segment in self.offset:
            word ^= segment.scatter(offset)
        return word

    def _width(self, segments: tuple[Segment, ...]) -> int:
        """Low bits of a field, up to the first that would change what says *not present*."""
        width = max(segment.field + segment.width for segment in segments)
        for segment in segments:
            for index in range(segment.width):
                if self.present >> (segment.pte + index) & 1:
                    width = min(width, segment.field + index)
        return width

    @staticmethod
    def _check(name: str, value: int, largest: int) -> None:
        if not 0 <= value <= largest:
            shown = f"{value:#x}" if name == "offset" else str(value)
            limit = f"{largest:#x}" if name == "offset" else str(largest)
            raise PteFieldError(
                name, f"{name} `{shown}` does not fit; it is 0 to {limit} in this layout"
            )
