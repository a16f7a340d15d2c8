"""arc: the marker since 6.3, in bit 5.

The present bit is that of MMUs of version 3 and 4; in 5.10 versions 1 and 2 had it in bit 10. No
field has either.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

ARCHITECTURE = gained_the_bit_in_6_3(
    "arc",
    "arc, MMU v3 and v4",
    PteLayout(
        bits=32,
        type=pte_bits("0-4"),
        offset=pte_bits("13-31"),
        present=1 << 9,
        # The macros are in asm/pgtable.h up to 5.14, by changelogs; in v5.10 and v6.1 as read.
        source=Source("arch/arc/include/asm/pgtable-bits-arcv2.h", "__swp_entry", since="5.15"),
    ),
    configuration="ARC_MMU_V4 ISA_ARCV2 ARC_PAGE_SIZE_8K PAGE_SHIFT=13",
    exclusive=1 << 5,
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """arc."""
    return (ARCHITECTURE,)
