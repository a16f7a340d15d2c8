"""s390x: the marker since 5.19, in bit 0x800 (_PAGE_LARGE)."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Segment, Source
from swapin_linux.architectures import exclusive_bit

SOURCE = Source("arch/s390/include/asm/pgtable.h", "mk_swap_pte")
TYPE = (Segment(0, 2, 5),)
OFFSET = (Segment(0, 12, 52),)

ARCHITECTURE = Architecture(
    name="s390x",
    summary="s390x; exclusive marker since 5.19",
    source=SOURCE,
    bindings=exclusive_bit(
        last_without="5.18",
        first_with="5.19",
        source=Source("arch/s390/include/asm/pgtable.h", "pte_swp_mkexclusive", since="5.19"),
    ),
    layouts=(
        # The constant bits are _PAGE_INVALID and _PAGE_PROTECT.
        PteLayout(
            releases=Releases.of(until="5.18"),
            bits=64,
            base=0x600,
            type=TYPE,
            offset=OFFSET,
            flags={"soft_dirty": 0x2},
            present=0x1,
            source=SOURCE,
        ),
        PteLayout(
            releases=Releases.of(since="5.19"),
            bits=64,
            base=0x600,
            type=TYPE,
            offset=OFFSET,
            flags={"swp_exclusive": 0x800, "soft_dirty": 0x2},
            present=0x1,
            source=SOURCE,
        ),
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """s390x."""
    return (ARCHITECTURE,)
