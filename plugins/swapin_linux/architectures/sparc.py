"""sparc: the marker since 6.3, taken on 64 bits from a type field wider than generic code uses."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

ARCHITECTURES = (
    # The present bit is that of sun4v; sun4u has it elsewhere, patched in at boot.
    gained_the_bit_in_6_3(
        "sparc64",
        "sparc, 64 bits (present bit of sun4v)",
        PteLayout(
            bits=64,
            type=pte_bits("13-20"),
            offset=pte_bits("21-63"),
            present=0x10,
            source=Source("arch/sparc/include/asm/pgtable_64.h", "__swp_entry"),
        ),
        configuration="__sparc__ __arch64__ SPARC64 PAGE_SHIFT=13",
        exclusive=1 << 20,
        type=pte_bits("13-19"),
    ),
    # The two low bits are the entry's kind in the SRMMU; 2 is a page, 0 is invalid.
    gained_the_bit_in_6_3(
        "sparc32",
        "sparc, 32 bits",
        PteLayout(
            bits=32,
            type=pte_bits("7-11"),
            offset=pte_bits("12-31"),
            present=0x2,
            source=Source("arch/sparc/include/asm/pgtable_32.h", "__swp_entry"),
        ),
        configuration="__sparc__ SPARC32 PGTABLE_LEVELS=3",
        exclusive=1 << 6,
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """sparc in both widths."""
    return ARCHITECTURES
