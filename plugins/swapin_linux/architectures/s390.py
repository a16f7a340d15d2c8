"""s390x: the marker since 5.19, in bit 0x800 (_PAGE_LARGE)."""

from collections.abc import Iterable
from dataclasses import replace

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Source
from swapin_linux.architectures import exclusive_bit_since_5_19, pte_bits

UNMARKED = PteLayout(
    releases=Releases.of(until="5.18"),
    bits=64,
    # _PAGE_INVALID and _PAGE_PROTECT; the first alone is an empty PTE.
    base=0x600,
    none=0x400,
    type=pte_bits("2-6"),
    offset=pte_bits("12-63"),
    flags={"soft_dirty": 0x2},
    present=0x1,
    source=Source("arch/s390/include/asm/pgtable.h", "mk_swap_pte"),
)

ARCHITECTURE = Architecture(
    name="s390x",
    summary="s390x; exclusive marker since 5.19",
    source=UNMARKED.source,
    bindings=exclusive_bit_since_5_19(UNMARKED.source.file),
    configuration="PGTABLE_LEVELS=5 HAVE_ARCH_SOFT_DIRTY MEM_SOFT_DIRTY",
    layouts=(
        UNMARKED,
        replace(
            UNMARKED,
            releases=Releases.of(since="5.19"),
            flags={"swp_exclusive": 0x800, **UNMARKED.flags},
        ),
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """s390x."""
    return (ARCHITECTURE,)
