"""What a large folio can be at a swap-in fault."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Constraint, Expression, Source, fact, folio, kernel

WHOLE: Expression = folio.large & folio.range_matches & (kernel.maps_large_folios | folio.fresh)
"""The fault maps every page of a large folio."""

CONSTRAINTS = (
    Constraint(
        id="large.only",
        holds=folio.large | ~(folio.range_matches | folio.other_slots | folio.large_reusable),
        because="a folio of one page has no range, no other slots and no MM ids",
        source=Source("include/linux/page-flags.h", "folio_test_large", since="6.1"),
    ),
    Constraint(
        id="large.no-copy",
        holds=~(folio.large & (folio.ksm | folio.ksm_copy)),
        because="KSM pages and their copies are of order 0",
        source=Source("mm/ksm.c", "ksm_might_need_to_copy"),
    ),
    Constraint(
        id="large.fresh",
        holds=~(folio.large & folio.fresh) | kernel.allocates_large_folios,
        because="only kernels that allocate large folios for synchronous devices read past the "
        "swap cache into one",
        source=Source("mm/memory.c", "thp_swap_suitable_orders", since="6.12"),
    ),
    Constraint(
        id="large.anon",
        holds=~folio.large | folio.fresh | folio.anon | kernel.drops_partial_folios,
        because="up to 6.19 a large folio is in the swap cache only because it was swapped out, "
        "and then it has an anon_vma",
        source=Source("mm/memory.c", "do_swap_page", since="6.12", until="6.19"),
    ),
    Constraint(
        id="large.whole",
        holds=~(WHOLE & folio.other_slots),
        because="a fault that maps a folio whole leaves none of its slots to others",
        source=Source("mm/memory.c", "do_swap_page", since="6.11"),
    ),
    Constraint(
        id="large.reusable",
        holds=~folio.large_reusable
        | (
            kernel.wp_reuses_large
            & ~folio.extra_reference
            & ~folio.lru_batched
            & (folio.fresh | (~folio.writeback & ~folio.other_slots & fact("swap_count")))
        ),
        because="a large folio is reused only if all its references are mappings of this process: "
        "not under writeback or while a slot is in use, when it stays in the swap cache",
        source=Source("mm/memory.c", "__wp_can_reuse_large_anon_folio", since="6.15"),
    ),
    Constraint(
        id="large.reusable-whole",
        holds=folio.large_reusable
        | ~(
            WHOLE
            & kernel.wp_reuses_large
            & ~folio.mapped
            & ~folio.extra_reference
            & ~folio.lru_batched
            & (folio.fresh | (~folio.writeback & fact("swap_count")))
        ),
        because="a large folio that this fault alone maps, whole, is reusable",
        source=Source("mm/memory.c", "__wp_can_reuse_large_anon_folio", since="6.15"),
    ),
)


@hookimpl
def swapin_constraints() -> Iterable[Constraint]:
    """What a large folio can be."""
    return CONSTRAINTS
