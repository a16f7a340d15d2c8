"""mips: the marker since 6.3; each kind of page table has fields and marker of its own.

Where physical addresses have 64 bits and pointers 32, a PTE is a structure of two words: the
entry is in ``pte_high``, the marker in ``pte_low``.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

SOURCE = Source("arch/mips/include/asm/pgtable-32.h", "__swp_entry")

TWO_WORDS = "two words; figures in the header draw the high word first"

ARCHITECTURES = (
    gained_the_bit_in_6_3(
        "mips64",
        "mips, 64 bits",
        PteLayout(
            bits=64,
            type=pte_bits("16-23"),
            offset=pte_bits("24-63"),
            present=0x1,
            source=Source("arch/mips/include/asm/pgtable-64.h", "mk_swap_pte"),
        ),
        configuration="CPU_MIPS64 PAGE_SIZE_4KB PGTABLE_LEVELS=3 PHYS_ADDR_T_64BIT",
        exclusive=1 << 23,
        type=pte_bits("16-22"),
    ),
    gained_the_bit_in_6_3(
        "mips32-r3k",
        "mips, 32 bits, R3000",
        PteLayout(
            bits=32,
            type=pte_bits("10-14"),
            offset=pte_bits("15-31"),
            present=0x1,
            source=SOURCE,
        ),
        configuration="CPU_R3000 CPU_R3K_TLB PAGE_SIZE_4KB",
        exclusive=1 << 7,
    ),
    gained_the_bit_in_6_3(
        "mips32-r4k",
        "mips, 32 bits, R4000",
        PteLayout(
            bits=32,
            type=pte_bits("8-12"),
            offset=pte_bits("13-31"),
            present=0x1,
            source=SOURCE,
        ),
        configuration="PAGE_SIZE_4KB",
        exclusive=1 << 1,
    ),
    gained_the_bit_in_6_3(
        "mips32-xpa",
        "mips, 32 bits, extended physical addresses",
        PteLayout(
            bits=64,
            entry_bits=32,
            words=2,
            type=pte_bits("36-40"),
            offset=pte_bits("41-63"),
            present=1 << 24,
            source=SOURCE,
            remark=TWO_WORDS,
        ),
        configuration="CPU_MIPS32 XPA PHYS_ADDR_T_64BIT PAGE_SIZE_4KB",
        exclusive=1 << 25,
    ),
    gained_the_bit_in_6_3(
        "mips32-phys64",
        "mips, 32 bits, 64-bit physical addresses without XPA",
        PteLayout(
            bits=64,
            entry_bits=32,
            words=2,
            type=pte_bits("34-38"),
            offset=pte_bits("39-63"),
            present=1 << 6,
            source=SOURCE,
            remark=TWO_WORDS,
        ),
        configuration="CPU_MIPS32 PHYS_ADDR_T_64BIT PAGE_SIZE_4KB",
        exclusive=1 << 7,
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """mips in all its page tables."""
    return ARCHITECTURES
