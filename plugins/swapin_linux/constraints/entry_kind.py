"""Which entries a swap PTE can hold in which kernels, and which locks a fault can hold."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Constraint, Expression, Source, access, folio, kernel
from swapin_linux.facts.pte import ENTRY


def _needs(value: str, capability: Expression, source: Source) -> Constraint:
    return Constraint(
        id=f"entry.{value.replace('_', '-')}",
        holds=~ENTRY.one_of(value) | capability,
        because=f"{value.replace('_', ' ')} entries exist only in kernels that have them",
        source=source,
    )


MARKERS = Source("mm/memory.c", "handle_pte_marker", since="5.19")

CONSTRAINTS = (
    _needs(
        "device_exclusive",
        kernel.device_exclusive_entries,
        Source("mm/memory.c", "remove_device_exclusive_entry", since="5.14"),
    ),
    _needs(
        "swapin_error",
        kernel.swapin_error_entries,
        Source("include/linux/swapops.h", "is_swapin_error_entry", since="5.19", until="6.1"),
    ),
    _needs("marker_uffd_wp", kernel.pte_markers, MARKERS),
    _needs("marker_poisoned", kernel.poisoned_markers, MARKERS),
    _needs("marker_guard", kernel.guard_markers, MARKERS),
    Constraint(
        id="access.vma-lock",
        holds=~access.vma_lock | kernel.per_vma_lock,
        because="a fault runs under the per-VMA lock only in kernels that have it",
        source=Source("include/linux/mm_types.h", "FAULT_FLAG_VMA_LOCK", since="6.4"),
    ),
    Constraint(
        id="folio.nothing-to-allocate",
        holds=folio.allocated | ~folio.swapcache_hit | folio.ksm_copy,
        because="a page that the swap cache has needs no other folio but for a KSM copy",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
)


@hookimpl
def swapin_constraints() -> Iterable[Constraint]:
    """What entries there can be."""
    return CONSTRAINTS
