"""mill: an architecture whose swap PTE has no bit to spare for the exclusive marker."""

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Segment, Source, bind

PGTABLE = Source("arch/mill/include/asm/pgtable.h", "__swp_entry")

MILL = Architecture(
    name="mill",
    summary="mill, 32 bits, no exclusive bit",
    source=PGTABLE,
    bindings=(
        bind("pte.have_arch_swp_exclusive", False, because="no bit is left", source=PGTABLE),
    ),
    layouts=(
        PteLayout(
            bits=32,
            type=(Segment(0, 2, 5),),
            offset=(Segment(0, 8, 24),),
            flags={"soft_dirty": 1 << 7},
            present=0x3,
            source=PGTABLE,
        ),
    ),
)


@hookimpl
def swapin_architectures():
    return [MILL]
