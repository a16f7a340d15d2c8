"""microblaze: the marker since 6.3, in bit 7; the entry is stored shifted left by two."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

ARCHITECTURE = gained_the_bit_in_6_3(
    "microblaze",
    "microblaze",
    PteLayout(
        bits=32,
        type=pte_bits("2-7"),
        offset=pte_bits("8-31"),
        present=0x2,
        source=Source("arch/microblaze/include/asm/pgtable.h", "__swp_entry"),
    ),
    exclusive=1 << 7,
    type=pte_bits("2-6"),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """microblaze."""
    return (ARCHITECTURE,)
