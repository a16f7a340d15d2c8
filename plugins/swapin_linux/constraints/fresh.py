"""What it is to be fresh, and how a folio comes to be."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Constraint, Expression, Source, fact, folio, kernel, swap_device

BYPASS: Expression = (
    kernel.swapcache_bypass & swap_device.synchronous_io & fact("swap_count") & ~folio.swapcache_hit
)
"""The fault reads the device into a private folio."""

CONSTRAINTS = (
    Constraint(
        id="fresh.how",
        holds=(folio.fresh & (folio.ksm_copy | BYPASS))
        | (~folio.fresh & ~folio.ksm_copy & ~BYPASS),
        because="a folio is fresh if it was read past the swap cache (synchronous device, swap "
        "count 1, no cache hit, a kernel that bypasses) or copied for KSM, and only then",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Constraint(
        id="fresh.one-way",
        # The copy is made of a folio with an anon_vma, which a bypass folio has not.
        holds=~(folio.ksm_copy & BYPASS),
        because="KSM copies a folio of the swap cache, never one that was read past it",
        source=Source("mm/ksm.c", "ksm_might_need_to_copy"),
    ),
    Constraint(
        id="fresh.no-writeback",
        holds=~(folio.fresh & folio.writeback),
        because="a fresh page was never written to swap",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Constraint(
        id="fresh.no-ksm",
        holds=~(folio.fresh & folio.ksm),
        because="a fresh page is new or a plain copy, never a KSM page",
        source=Source("mm/ksm.c", "ksm_might_need_to_copy"),
    ),
    Constraint(
        id="fresh.private",
        holds=~folio.fresh | (~folio.anon & ~folio.mapped & ~folio.swapcache),
        because="a fresh page is in no page table, has no anon_vma and is not in the swap cache",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Constraint(
        id="fresh.dirty",
        holds=~folio.fresh | (folio.ksm_copy & folio.dirty) | (~folio.ksm_copy & ~folio.dirty),
        because="a KSM copy is dirty, a page just read is clean",
        source=Source("mm/ksm.c", "ksm_might_need_to_copy"),
    ),
    Constraint(
        id="fresh.copy-uptodate",
        holds=~folio.ksm_copy | folio.uptodate,
        because="only a page that is up to date is copied for KSM, and the copy is too",
        source=Source("mm/ksm.c", "ksm_might_need_to_copy"),
    ),
)


@hookimpl
def swapin_constraints() -> Iterable[Constraint]:
    """What a fresh folio is."""
    return CONSTRAINTS
