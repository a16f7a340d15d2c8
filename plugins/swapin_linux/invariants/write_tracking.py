"""What userfaultfd and soft-dirty tracking rely on."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Invariant, Outcome, Source, kernel, pte, vma

INVARIANTS = (
    Invariant(
        id="uffd-wp-is-kept",
        holds=~(pte.uffd_wp & vma.uffd_wp) | ~Outcome.PTE_WRITABLE.yes,
        meaning="a PTE that userfaultfd protects is never writable while the VMA is registered",
        source=Source("include/linux/userfaultfd_k.h", "userfaultfd_pte_wp"),
    ),
    Invariant(
        id="soft-dirty-is-seen",
        holds=~(kernel.writable_on_read_fault & vma.soft_dirty_tracking & ~pte.soft_dirty)
        | ~Outcome.PTE_WRITABLE.yes,
        meaning="with tracking on, a clean PTE is not writable without another fault",
        source=Source("mm/internal.h", "pte_needs_soft_dirty_wp", since="6.11"),
    ),
)


@hookimpl
def swapin_invariants() -> Iterable[Invariant]:
    """The invariants of write tracking."""
    return INVARIANTS
