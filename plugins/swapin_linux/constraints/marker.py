"""Where a swap PTE can carry the exclusive marker."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Constraint, Expression, Source, fact, folio, kernel, pte

BIT: Expression = kernel.swp_exclusive_bit & pte.have_arch_swp_exclusive
"""Kernel and architecture can remember that the page was exclusive."""

CONSTRAINTS = (
    Constraint(
        id="marker.bit",
        holds=~pte.swp_exclusive | BIT,
        because="only a kernel and an architecture with the bit can set the exclusive marker",
        source=Source("mm/memory.c", "do_swap_page", since="5.19"),
    ),
    Constraint(
        id="marker.remembers",
        holds=(pte.swp_exclusive & folio.was_exclusive)
        | (~pte.swp_exclusive & (~folio.was_exclusive | ~BIT)),
        because="where there is a bit, the marker is set if the page was exclusive when it was "
        "swapped out, and only then",
        source=Source("mm/rmap.c", "try_to_unmap_one", since="5.19", until="7.2"),
    ),
    Constraint(
        id="marker.one-pte",
        holds=~folio.was_exclusive | fact("swap_count"),
        because="fork() shares an entry, so that of an exclusive page has one swap PTE",
        source=Source("mm/memory.c", "copy_nonpresent_pte", since="5.19"),
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
