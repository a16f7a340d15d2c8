"""What exclusivity must never be, and what a writable PTE must be."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Invariant, Outcome, Source, folio, kernel, pte, swap_device

INVARIANTS = (
    Invariant(
        id="writable-is-exclusive",
        holds=~Outcome.PTE_WRITABLE.yes | Outcome.MAPPED_EXCLUSIVE.yes,
        meaning="a page is mapped writable only if it is mapped exclusive",
        source=Source("mm/memory.c", "do_swap_page", since="5.19"),
    ),
    Invariant(
        id="ksm-is-shared",
        holds=~folio.ksm
        | (~Outcome.EXCLUSIVE.yes & ~Outcome.MAPPED_EXCLUSIVE.yes & ~Outcome.PTE_WRITABLE.yes),
        meaning="a KSM page is never exclusive and never mapped writable",
        source=Source("mm/ksm.c", "ksm_might_need_to_copy"),
    ),
    Invariant(
        id="stable-writes",
        holds=~(folio.writeback & swap_device.stable_writes)
        | (
            ~Outcome.MAPPED_EXCLUSIVE.yes
            & ~Outcome.PTE_WRITABLE.yes
            & (folio.writeback_ended | ~Outcome.WRITE_REUSED.yes)
        ),
        meaning="a page under writeback on a device that requires stable writes is neither "
        "exclusive nor writable, nor reused while it is written",
        source=Source("include/linux/swap.h", "SWP_STABLE_WRITES"),
    ),
    Invariant(
        id="marker-is-kept",
        # Only where the device lets the page change is the marker safe to keep.
        holds=~(
            kernel.anon_exclusive
            & pte.swp_exclusive
            & ~folio.ksm
            & ~(folio.writeback & swap_device.stable_writes)
        )
        | Outcome.MAPPED_EXCLUSIVE.yes,
        meaning="a page that was exclusive stays exclusive, so that a GUP user keeps seeing the "
        "page of the process",
        source=Source("mm/memory.c", "do_swap_page", since="5.19", commit="1493a1913e34"),
    ),
    Invariant(
        id="shared-is-not-exclusive",
        # Of a large folio, other pages may be mapped, by the same process too.
        holds=~(folio.mapped & ~folio.large & ~folio.fresh & ~pte.swp_exclusive)
        | ~Outcome.MAPPED_EXCLUSIVE.yes,
        meaning="a page that another page table maps is not mapped exclusive without the marker",
        source=Source("mm/rmap.c", "folio_add_anon_rmap_ptes", since="6.8"),
    ),
)


@hookimpl
def swapin_invariants() -> Iterable[Invariant]:
    """The invariants of exclusivity."""
    return INVARIANTS
