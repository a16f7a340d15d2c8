"""openrisc: the marker since 6.3, in bit 11, from a type field wider than generic code uses."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

ARCHITECTURE = gained_the_bit_in_6_3(
    "openrisc",
    "openrisc",
    PteLayout(
        bits=32,
        type=pte_bits("5-11"),
        offset=pte_bits("12-31"),
        present=0x1,
        source=Source("arch/openrisc/include/asm/pgtable.h", "__swp_entry"),
    ),
    configuration="PAGE_SHIFT=13",
    exclusive=1 << 11,
    type=pte_bits("5-10"),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """openrisc."""
    return (ARCHITECTURE,)
