"""arc: the marker since 6.3, in bit 5.

In 5.10 the present bit was bit 10, later it is bit 9; no field has either.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

PRESENT_MOVED = (
    "the present bit moved between v5.10 and v6.1, which were read; that the header was split up"
    " in 5.15 is known from changelogs"
)

ARCHITECTURE = gained_the_bit_in_6_3(
    "arc",
    "arc",
    PteLayout(
        releases=Releases.of(since="5.15"),
        bits=32,
        type=pte_bits("0-4"),
        offset=pte_bits("13-31"),
        present=1 << 9,
        source=Source("arch/arc/include/asm/pgtable-bits-arcv2.h", "__swp_entry"),
        remark=PRESENT_MOVED,
    ),
    exclusive=1 << 5,
    earlier=(
        PteLayout(
            releases=Releases.of(until="5.14"),
            bits=32,
            type=pte_bits("0-4"),
            offset=pte_bits("13-31"),
            present=1 << 10,
            source=Source("arch/arc/include/asm/pgtable.h", "__swp_entry"),
            remark=PRESENT_MOVED,
        ),
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """arc."""
    return (ARCHITECTURE,)
