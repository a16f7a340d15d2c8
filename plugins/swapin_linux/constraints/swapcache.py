"""When a folio leaves the swap cache before it is mapped, and what references that leaves.

``should_try_to_free_swap()`` asks for it, ``folio_free_swap()`` grants it: never under
writeback, never while another swap PTE refers to the slot.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Constraint, Expression, Source, access, fact, folio, kernel

UNREFERENCED: Expression = ~folio.mapped & ~folio.extra_reference & ~folio.lru_batched
"""Beside the swap cache, the fault holds the only reference."""

FREED: Expression = (
    fact("swap_count")
    & ~folio.other_slots
    & ~folio.writeback
    & (
        folio.swap_full
        # Up to 6.10 the swap cache was taken to hold one reference, whatever the folio's size.
        | (access.write & ~folio.ksm & UNREFERENCED & (~folio.large | kernel.maps_large_folios))
    )
)
"""5.18 to 6.19 free the swap cache before they map the page."""

FREED_BY_REUSE: Expression = (
    access.write & ~folio.ksm & folio.sole_user & ~folio.writeback & ~folio.other_slots
)
"""reuse_swap_page() takes the page out of the swap cache."""


def _same(one: Expression, two: Expression) -> Expression:
    return (one & two) | (~one & ~two)


CONSTRAINTS = (
    Constraint(
        id="swapcache.freed-before-map",
        holds=~kernel.free_before_map | folio.fresh | _same(~folio.swapcache, FREED),
        because="before mapping, the page leaves the swap cache if no other swap PTE refers to "
        "the slot, it is not under writeback, and swap is full or a write fault holds the only "
        "other reference; and only then",
        source=Source("mm/memory.c", "should_try_to_free_swap", since="5.18", until="6.19"),
    ),
    Constraint(
        id="swapcache.reuse-swap-page",
        holds=~kernel.reuse_swap_page | folio.fresh | _same(~folio.swapcache, FREED_BY_REUSE),
        because="before mapping, the page leaves the swap cache if a write fault reuses it and it "
        "is not under writeback; and only then",
        source=Source("mm/swapfile.c", "reuse_swap_page", until="5.17"),
    ),
    Constraint(
        id="swapcache.freed-after-map",
        holds=kernel.free_before_map | kernel.reuse_swap_page | folio.fresh | folio.swapcache,
        because="the swap cache is freed after the page is mapped",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="7.0",
            commit="4b34f1d82c65",
            title="mm, swap: free the swap cache after folio is mapped",
        ),
    ),
    Constraint(
        id="swapcache.left-dirty",
        holds=folio.fresh | folio.swapcache | folio.dirty,
        because="a page that leaves the swap cache is made dirty",
        source=Source("mm/swapfile.c", "folio_free_swap", since="6.1"),
    ),
    Constraint(
        id="swapcache.drained",
        holds=~(
            kernel.sole_reference_reuse
            & access.write
            & ~folio.ksm
            & ~folio.fresh
            & folio.lru_batched
        ),
        because="a write fault drains this CPU's LRU batch first",
        source=Source("mm/memory.c", "do_swap_page", since="5.18", until="7.2"),
    ),
    Constraint(
        id="references.one",
        holds=folio.fresh | _same(folio.sole_reference, ~folio.swapcache & UNREFERENCED),
        because="the swap cache, a page table, a GUP user and an LRU batch each hold a reference; "
        "without any of them the fault's is the only one",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Constraint(
        id="users.one",
        # Of a large page, reuse_swap_page() takes the largest count of one of its pages: other
        # pages may be mapped, and what is theirs may be more.
        holds=_same(folio.sole_user, ~folio.mapped & fact("swap_count"))
        | (kernel.reuse_swap_page & folio.large & (~folio.sole_user | fact("swap_count"))),
        because="one user is no mapping beside one swap PTE",
        source=Source("mm/swapfile.c", "reuse_swap_page", until="5.17"),
    ),
    Constraint(
        id="folio.anon",
        holds=folio.anon | (~folio.mapped & ~folio.ksm),
        because="a page that is mapped, or a KSM page, has its anonymous mapping set",
        source=Source("include/linux/page-flags.h", "folio_test_anon", since="6.1"),
    ),
)


@hookimpl
def swapin_constraints() -> Iterable[Constraint]:
    """What leaves the swap cache."""
    return CONSTRAINTS
