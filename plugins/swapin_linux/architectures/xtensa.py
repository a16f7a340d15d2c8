"""xtensa: the marker since 6.3, in bit 1.

A swap PTE has the cache attribute *invalid* (0xc) and the user bit, and so does an empty one. This
is the common hardware; MMUs before version 3 tell present from not present in another way.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

ARCHITECTURE = gained_the_bit_in_6_3(
    "xtensa",
    "xtensa, MMU v3",
    PteLayout(
        bits=32,
        base=0x1C,
        none=0x1C,
        type=pte_bits("6-10"),
        offset=pte_bits("11-31"),
        present=0xC,
        absent=0xC,
        source=Source("arch/xtensa/include/asm/pgtable.h", "__swp_entry"),
    ),
    exclusive=1 << 1,
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """xtensa, MMU v3."""
    return (ARCHITECTURE,)
