"""ia64, up to 6.6: the marker from 6.3, in bit 7, from a type field wider than generic code uses.

The architecture was removed in 6.7.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

ARCHITECTURE = gained_the_bit_in_6_3(
    "ia64",
    "ia64, up to 6.6",
    PteLayout(
        bits=64,
        type=pte_bits("1-7"),
        offset=pte_bits("8-62"),
        # _PAGE_P and _PAGE_PROTNONE.
        present=0x8000000000000001,
        source=Source("arch/ia64/include/asm/pgtable.h", "__swp_entry"),
    ),
    configuration="IA64_PAGE_SIZE_16KB PAGE_SHIFT=14 PGTABLE_LEVELS=3",
    exclusive=1 << 7,
    type=pte_bits("1-6"),
    releases=Releases.of(until="6.6"),
    remark="read in a tree that keeps the architecture beyond its removal, not in a release",
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """ia64."""
    return (ARCHITECTURE,)
