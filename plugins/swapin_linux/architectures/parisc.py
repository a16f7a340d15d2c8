"""parisc: the marker since 6.3, in bit 8; the offset is split around the present bit and it.

Where the marker came, the offset gained a bit: one between type and offset had been unused.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

ARCHITECTURES = tuple(
    gained_the_bit_in_6_3(
        f"parisc{bits}",
        f"parisc, {bits} bits",
        PteLayout(
            bits=bits,
            type=pte_bits("0-4"),
            offset=pte_bits("6-8", f"11-{bits - 1}"),
            present=0x200,
            source=Source("arch/parisc/include/asm/pgtable.h", "__swp_entry"),
        ),
        configuration=f"PARISC_PAGE_SIZE_4KB PGTABLE_LEVELS={levels}",
        exclusive=1 << 8,
        offset=pte_bits("5-7", f"10-{bits - 1}"),
    )
    for bits, levels in ((32, 2), (64, 3))
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """parisc in both widths."""
    return ARCHITECTURES
