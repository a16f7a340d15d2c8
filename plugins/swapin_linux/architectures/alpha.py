"""alpha: the marker since 6.3, in bit 39, from a type field wider than generic code uses."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

ARCHITECTURE = gained_the_bit_in_6_3(
    "alpha",
    "alpha",
    PteLayout(
        bits=64,
        type=pte_bits("32-39"),
        offset=pte_bits("40-63"),
        present=0x1,
        source=Source("arch/alpha/include/asm/pgtable.h", "mk_swap_pte"),
    ),
    configuration="PAGE_SHIFT=13 PGTABLE_LEVELS=3",
    exclusive=1 << 39,
    type=pte_bits("32-38"),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """alpha."""
    return (ARCHITECTURE,)
