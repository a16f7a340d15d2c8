"""What kinds of userfaultfd registration a kernel has."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Constraint, Source, kernel, vma

CONSTRAINTS = (
    Constraint(
        id="uffd-wp.async",
        holds=~vma.uffd_wp_async | (vma.uffd_wp & kernel.uffd_wp_async),
        because="asynchronous mode is a mode of a write-protect registration, in kernels that have "
        "it",
        source=Source("include/linux/userfaultfd_k.h", "userfaultfd_wp_async", since="6.7"),
    ),
    Constraint(
        id="uffd-rwp.kernel",
        holds=~vma.uffd_rwp | kernel.uffd_rwp,
        because="read-write protection needs a kernel that has it",
        source=Source("mm/memory.c", "do_swap_page", since="7.3"),
    ),
)


@hookimpl
def swapin_constraints() -> Iterable[Constraint]:
    """What a registration can be."""
    return CONSTRAINTS
