"""Where a swap PTE can carry the exclusive marker."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Constraint, Source, fact, kernel, pte

CONSTRAINTS = (
    Constraint(
        id="marker.bit",
        holds=~pte.swp_exclusive | (kernel.swp_exclusive_bit & pte.have_arch_swp_exclusive),
        because="only a kernel and an architecture with the bit can set the exclusive marker",
        source=Source("mm/memory.c", "do_swap_page", since="5.19"),
    ),
    Constraint(
        id="marker.one-pte",
        holds=~pte.swp_exclusive | fact("swap_count"),
        because="fork() clears the exclusive marker, so a marked entry has one swap PTE",
        source=Source("mm/memory.c", "check_swap_exclusive", since="7.0"),
    ),
    Constraint(
        id="marker.flag",
        holds=~kernel.swp_exclusive_bit | kernel.anon_exclusive,
        because="the marker remembers PG_anon_exclusive, so a kernel with it has the flag",
        source=Source("mm/rmap.c", "try_to_unmap_one", since="5.19", commit="1493a1913e34"),
    ),
)


@hookimpl
def swapin_constraints() -> Iterable[Constraint]:
    """What the marker needs."""
    return CONSTRAINTS
