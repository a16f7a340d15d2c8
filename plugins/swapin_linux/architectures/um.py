"""um (user-mode Linux): the marker since 6.3, in bit 10."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

# The bits of present are _PAGE_PRESENT and _PAGE_PROTNONE.
ARCHITECTURES = tuple(
    gained_the_bit_in_6_3(
        f"um-{bits}",
        f"user-mode Linux, {bits} bits",
        PteLayout(
            bits=bits,
            type=pte_bits("5-9"),
            offset=pte_bits(f"11-{bits - 1}"),
            present=0x11,
            source=Source("arch/um/include/asm/pgtable.h", "__swp_entry"),
        ),
        configuration=tables,
        exclusive=1 << 10,
    )
    for bits, tables in ((64, "PGTABLE_LEVELS=3 3_LEVEL_PGTABLES"), (32, "PGTABLE_LEVELS=2"))
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """um in both widths."""
    return ARCHITECTURES
