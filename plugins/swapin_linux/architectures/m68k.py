"""m68k: the marker since 6.3, from the type field, which was wider than generic code uses.

On Sun-3, where the type is at the bottom, the offset moved up into the bit that says valid; since
6.3 it ends below.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

ARCHITECTURES = (
    # The bits of present are _PAGE_PRESENT and _PAGE_PROTNONE.
    gained_the_bit_in_6_3(
        "m68k-motorola",
        "m68k, Motorola MMU",
        PteLayout(
            bits=32,
            type=pte_bits("4-11"),
            offset=pte_bits("12-31"),
            present=0x5,
            source=Source("arch/m68k/include/asm/motorola_pgtable.h", "__swp_entry"),
        ),
        configuration="MMU_MOTOROLA PGTABLE_LEVELS=3",
        exclusive=1 << 11,
        type=pte_bits("4-10"),
    ),
    gained_the_bit_in_6_3(
        "m68k-sun3",
        "m68k, Sun-3 MMU",
        PteLayout(
            bits=32,
            type=pte_bits("0-6"),
            offset=pte_bits("7-31"),
            present=1 << 31,
            source=Source("arch/m68k/include/asm/sun3_pgtable.h", "__swp_entry"),
            remark="the top bit of the offset is the valid bit, so a PTE that has it is no"
            " swap PTE",
        ),
        configuration="SUN3 MMU_SUN3 PAGE_SHIFT=13",
        exclusive=1 << 6,
        type=pte_bits("0-5"),
        offset=pte_bits("7-30"),
    ),
    gained_the_bit_in_6_3(
        "m68k-coldfire",
        "m68k, ColdFire MMU",
        PteLayout(
            bits=32,
            type=pte_bits("0-7"),
            offset=pte_bits("11-31"),
            present=1 << 10,
            source=Source("arch/m68k/include/asm/mcf_pgtable.h", "__swp_entry"),
        ),
        configuration="COLDFIRE MMU_COLDFIRE PAGE_SHIFT=13",
        exclusive=1 << 7,
        type=pte_bits("0-6"),
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """m68k with each MMU."""
    return ARCHITECTURES
