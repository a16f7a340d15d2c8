"""x86-64: the marker since 5.19, in bit 3; the offset is stored inverted (L1TF)."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Segment, Source
from swapin_linux.architectures import exclusive_bit

SOURCE = Source("arch/x86/include/asm/pgtable_64.h", "__swp_entry")
TYPE = (Segment(0, 59, 5),)
OFFSET = (Segment(0, 9, 50),)

ARCHITECTURE = Architecture(
    name="x86_64",
    summary="x86-64; exclusive marker since 5.19",
    source=SOURCE,
    bindings=exclusive_bit(
        last_without="5.18",
        first_with="5.19",
        source=Source("arch/x86/include/asm/pgtable.h", "pte_swp_mkexclusive", since="5.19"),
    ),
    layouts=(
        PteLayout(
            releases=Releases.of(until="5.18"),
            bits=64,
            base=0x7FFFFFFFFFFFE00,
            type=TYPE,
            offset=OFFSET,
            flags={"soft_dirty": 0x2, "uffd_wp": 0x4},
            present=0x101,
            source=SOURCE,
        ),
        PteLayout(
            releases=Releases.of(since="5.19"),
            bits=64,
            base=0x7FFFFFFFFFFFE00,
            type=TYPE,
            offset=OFFSET,
            flags={"swp_exclusive": 0x8, "soft_dirty": 0x2, "uffd_wp": 0x4},
            present=0x101,
            source=SOURCE,
        ),
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """x86-64."""
    return (ARCHITECTURE,)
