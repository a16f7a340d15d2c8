"""nds32, up to 5.17: no marker; the architecture was removed in 5.18, before it existed."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Source, bind
from swapin_linux.architectures import pte_bits

SOURCE = Source("arch/nds32/include/asm/pgtable.h", "__swp_entry")
UP_TO_5_17 = Releases.of(until="5.17")

ARCHITECTURE = Architecture(
    name="nds32",
    summary="nds32, up to 5.17; no exclusive marker",
    source=SOURCE,
    releases=UP_TO_5_17,
    bindings=(
        bind(
            "pte.have_arch_swp_exclusive",
            False,
            because="no exclusive bit",
            source=SOURCE,
        ),
    ),
    configuration="ANDES_PAGE_SIZE_4KB",
    layouts=(
        PteLayout(
            releases=UP_TO_5_17,
            bits=32,
            type=pte_bits("2-8"),
            offset=pte_bits("9-31"),
            present=0x1,
            source=SOURCE,
        ),
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """nds32."""
    return (ARCHITECTURE,)
