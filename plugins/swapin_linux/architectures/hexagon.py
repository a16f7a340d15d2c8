"""hexagon: the marker since 6.3, in bit 6, from the offset, which is split."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

ARCHITECTURE = gained_the_bit_in_6_3(
    "hexagon",
    "hexagon",
    PteLayout(
        bits=32,
        type=pte_bits("1-5"),
        offset=pte_bits("6-9", "13-31"),
        present=0x1,
        source=Source("arch/hexagon/include/asm/pgtable.h", "__swp_entry"),
    ),
    configuration="PAGE_SIZE_4KB",
    exclusive=1 << 6,
    offset=pte_bits("7-9", "13-31"),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """hexagon."""
    return (ARCHITECTURE,)
