"""A layout whose flag lies in a bit that says that the PTE is present."""

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Segment, Source, bind

PGTABLE = Source("arch/lossy/include/asm/pgtable.h", "__swp_entry")
LAYOUT = PteLayout(
    bits=32,
    type=(Segment(0, 2, 5),),
    offset=(Segment(0, 8, 24),),
    flags={"soft_dirty": 0x1},
    present=0x3,
    source=PGTABLE,
)


@hookimpl
def swapin_architectures():
    has = bind("pte.have_arch_swp_exclusive", True, because="it is said", source=PGTABLE)
    return [
        Architecture(
            name="lossy", summary="lossy", source=PGTABLE, bindings=(has,), layouts=(LAYOUT,)
        )
    ]
