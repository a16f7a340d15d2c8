"""arm (32 bits): no marker before 6.3; since then bit 7, taken from the offset."""

from collections.abc import Iterable
from dataclasses import replace

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

# The Linux PTE, that is, the software half of the pair.
TWO_LEVEL = PteLayout(
    bits=32,
    type=pte_bits("2-6"),
    offset=pte_bits("7-31"),
    present=0x1,
    source=Source("arch/arm/include/asm/pgtable.h", "__swp_entry"),
)
# L_PTE_PRESENT is two bits wide, and either of them says present.
LPAE = replace(TWO_LEVEL, bits=64, entry_bits=32, present=0x3)

ARCHITECTURES = tuple(
    gained_the_bit_in_6_3(
        name,
        what,
        layout,
        configuration=f"PAGE_OFFSET=0xc0000000 {tables}",
        exclusive=1 << 7,
        offset=pte_bits("8-31"),
    )
    for name, what, layout, tables in (
        ("arm", "arm, two-level page tables", TWO_LEVEL, "PGTABLE_LEVELS=2"),
        ("arm-lpae", "arm with LPAE", LPAE, "PGTABLE_LEVELS=3 ARM_LPAE"),
    )
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """arm with both kinds of page table."""
    return ARCHITECTURES
