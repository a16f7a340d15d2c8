"""What a write does: the one that faulted, or one that follows a read fault at once.

A writable PTE takes the write in place. Otherwise ``do_wp_page()`` reuses the page if it may:
since 5.19 an exclusive page without any test; a page that is not exclusive if, after the swap
cache was freed, nobody else refers to it. While writeback lasts the swap cache cannot be
freed, so the page is copied: this keeps "not exclusive" safe on devices that require stable
writes. Writeback ends by itself, though, and may do so between the two functions: then the page
is reused, and that is safe too.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import (
    Expression,
    Outcome,
    Rule,
    Source,
    access,
    claim,
    fact,
    folio,
    kernel,
    vma,
)

TO_DO_WP_PAGE: Expression = ~Outcome.WRITE_NOT_ALLOWED.yes & ~Outcome.WRITE_IN_PLACE.yes
"""The write reaches do_wp_page()."""

REMEMBERED: Expression = kernel.anon_exclusive & Outcome.MAPPED_EXCLUSIVE.yes
"""PG_anon_exclusive is set when do_wp_page() looks."""

STILL_WRITTEN: Expression = folio.writeback & ~folio.writeback_ended
"""The page is under writeback when do_wp_page() looks."""

LEFT_THE_CACHE: Expression = (
    folio.fresh
    | ~folio.swapcache
    # After mapping, 5.10 tries once more; writeback or another swap PTE stops it.
    | (folio.swap_full & fact("swap_count") & ~folio.other_slots & ~folio.writeback)
)
"""The page is not in the swap cache when the do_wp_page() of 5.10 looks."""

RULES = (
    claim(
        Outcome.WRITE_NOT_ALLOWED,
        id="write.vma",
        when=~access.write & ~vma.writable,
        because="the VMA does not allow writing",
        source=Source("mm/memory.c", "handle_mm_fault"),
    ),
    claim(
        Outcome.WRITE_IN_PLACE,
        id="write.writable",
        when=Outcome.PTE_WRITABLE.yes,
        because="the PTE is writable",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    claim(
        Outcome.WRITE_IN_PLACE,
        id="write.forced",
        # do_swap_page() takes the write as done, and GUP writes to the page by itself.
        when=~kernel.writable_on_read_fault
        & ~Outcome.WRITE_NOT_ALLOWED.yes
        & Outcome.MAPPED_EXCLUSIVE.yes
        & access.write
        & ~vma.writable,
        because="GUP forces the write (FOLL_FORCE) to an exclusive page",
        source=Source("mm/memory.c", "do_swap_page", until="6.10"),
    ),
    claim(
        Outcome.WRITE_REUSED,
        id="wp.anon-exclusive",
        when=TO_DO_WP_PAGE & REMEMBERED,
        because="do_wp_page() reuses an exclusive page without any test",
        source=Source("mm/memory.c", "do_wp_page", since="5.19", commit="6c287605fd56"),
    ),
    claim(
        Outcome.WRITE_REUSED,
        id="wp.sole-user",
        when=TO_DO_WP_PAGE
        & ~REMEMBERED
        & kernel.wp_frees_swapcache
        & ~folio.ksm
        & (folio.fresh | (folio.sole_user & ~STILL_WRITTEN & ~folio.other_slots))
        & ~folio.extra_reference
        # The swap cache holds a reference for each page of a large folio, and is taken for one.
        & ~(folio.large & (folio.swapcache | kernel.wp_refuses_large | kernel.wp_reuses_large)),
        because="do_wp_page() frees the swap cache and then holds the only reference",
        source=Source("mm/memory.c", "do_wp_page", since="5.18"),
    ),
    claim(
        Outcome.WRITE_REUSED,
        id="wp.large",
        when=TO_DO_WP_PAGE
        & ~REMEMBERED
        & kernel.wp_reuses_large
        & folio.large
        & folio.large_reusable,
        because="do_wp_page() finds that all references of a large folio are mappings of this "
        "process",
        source=Source("mm/memory.c", "__wp_can_reuse_large_anon_folio", since="6.15"),
    ),
    claim(
        Outcome.WRITE_REUSED,
        id="wp.sole-reference",
        when=TO_DO_WP_PAGE
        & ~kernel.anon_exclusive
        & ~kernel.wp_frees_swapcache
        & ~folio.ksm
        & LEFT_THE_CACHE
        & ~folio.mapped
        & ~folio.extra_reference
        & ~folio.lru_batched,
        because="do_wp_page() finds the page out of the swap cache with one reference",
        source=Source("mm/memory.c", "do_wp_page", until="5.17"),
    ),
    claim(
        Outcome.WRITE_COPIED,
        id="wp.copy",
        when=TO_DO_WP_PAGE & ~Outcome.WRITE_REUSED.yes,
        because="do_wp_page() may not reuse the page",
        source=Source("mm/memory.c", "do_wp_page"),
    ),
)


@hookimpl
def swapin_rules() -> Iterable[Rule]:
    """The rules of a write."""
    return RULES
