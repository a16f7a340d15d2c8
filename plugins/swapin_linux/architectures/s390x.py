"""s390x: the marker since 5.19, in bit 0x800 (_PAGE_LARGE)."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Segment, Source, bind

SOURCE = Source("arch/s390/include/asm/pgtable.h", "mk_swap_pte")
TYPE = (Segment(0, 2, 5),)
OFFSET = (Segment(0, 12, 52),)

ARCHITECTURE = Architecture(
    name="s390x",
    summary="s390x; exclusive marker since 5.19",
    source=SOURCE,
    bindings=(
        bind(
            "pte.have_arch_swp_exclusive",
            False,
            until="5.18",
            because="no swap PTE had the bit",
            source=SOURCE,
        ),
        bind(
            "pte.have_arch_swp_exclusive",
            True,
            since="5.19",
            because="_PAGE_SWP_EXCLUSIVE",
            source=Source("arch/s390/include/asm/pgtable.h", "pte_swp_mkexclusive", since="5.19"),
        ),
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
