"""sh: the marker since 6.3, in bit 6.

With the extended TLB (X2) a PTE is a structure of two words: the entry is in ``pte_high``, the
marker in ``pte_low``.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

# The bits of present are _PAGE_PRESENT and _PAGE_PROTNONE.
PRESENT = 0x300
SOURCE = Source("arch/sh/include/asm/pgtable_32.h", "__swp_entry")

ARCHITECTURES = (
    gained_the_bit_in_6_3(
        "sh-29bit",
        "sh without X2TLB",
        PteLayout(
            bits=32,
            type=pte_bits("1-8"),
            offset=pte_bits("11-31"),
            present=PRESENT,
            source=SOURCE,
            remark="the type field reaches into the present bit, but generic types do not",
        ),
        configuration="29BIT SUPERH32 PAGE_SIZE_4KB PAGE_OFFSET=0x80000000",
        exclusive=1 << 6,
        type=pte_bits("1-5"),
    ),
    gained_the_bit_in_6_3(
        "sh-x2tlb",
        "sh with X2TLB",
        PteLayout(
            bits=64,
            entry_bits=32,
            words=2,
            type=pte_bits("32-36"),
            offset=pte_bits("37-63"),
            present=PRESENT,
            source=SOURCE,
        ),
        configuration="SUPERH32 X2TLB PAGE_SIZE_4KB PAGE_OFFSET=0x80000000",
        exclusive=1 << 6,
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """sh with both kinds of TLB."""
    return ARCHITECTURES
