"""arm64: the marker since 5.19, in bit 2; the layout moved then, and again in 6.10."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Segment, Source
from swapin_linux.architectures import exclusive_bit

SOURCE = Source("arch/arm64/include/asm/pgtable.h", "__swp_entry")

ARCHITECTURE = Architecture(
    name="arm64",
    summary="arm64; exclusive marker since 5.19",
    source=SOURCE,
    bindings=exclusive_bit(
        last_without="5.18",
        first_with="5.19",
        source=Source("arch/arm64/include/asm/pgtable.h", "pte_swp_mkexclusive", since="5.19"),
    ),
    layouts=(
        PteLayout(
            releases=Releases.of(until="5.18"),
            bits=64,
            base=0,
            type=(Segment(0, 2, 6),),
            offset=(Segment(0, 8, 50),),
            present=0x400000000000001,
            source=SOURCE,
        ),
        PteLayout(
            releases=Releases.of(since="5.19", until="6.9"),
            bits=64,
            base=0,
            type=(Segment(0, 3, 5),),
            offset=(Segment(0, 8, 50),),
            flags={"swp_exclusive": 0x4},
            present=0x400000000000001,
            source=SOURCE,
        ),
        # PTE_PROT_NONE gave way to PTE_PRESENT_INVALID, which overlays nG (bit 11).
        PteLayout(
            releases=Releases.of(since="6.10"),
            bits=64,
            base=0,
            type=(Segment(0, 6, 5),),
            offset=(Segment(0, 12, 50),),
            flags={"swp_exclusive": 0x4, "uffd_wp": 0x8},
            present=0x801,
            source=SOURCE,
        ),
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """arm64."""
    return (ARCHITECTURE,)
