"""nios2: the marker since 6.3, in bit 31.

Up to 6.2 the type field had two bits, so that types above 3 were lost.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

ARCHITECTURE = gained_the_bit_in_6_3(
    "nios2",
    "nios2",
    PteLayout(
        bits=32,
        type=pte_bits("26-27"),
        offset=pte_bits("0-19"),
        present=1 << 25,
        source=Source("arch/nios2/include/asm/pgtable.h", "__swp_entry"),
    ),
    exclusive=1 << 31,
    type=pte_bits("26-30"),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """nios2."""
    return (ARCHITECTURE,)
