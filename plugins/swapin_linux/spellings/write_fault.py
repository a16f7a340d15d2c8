"""``do_wp_page()``: what a write to the mapped page does."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import (
    FALSE,
    TRUE,
    Expression,
    Outcome,
    Source,
    Spelling,
    fact,
    folio,
    follow,
    spell,
    vma,
)

HERE = Source("mm/memory.c", "do_wp_page")
REUSABLE = Source("mm/memory.c", "wp_can_reuse_anon_folio", since="6.7")
LARGE = Source("mm/memory.c", "__wp_can_reuse_large_anon_folio", since="6.15")

DRAINED: Expression = ~folio.mapped & ~folio.extra_reference
"""Nobody else refers to the page, once this CPU's LRU batch is drained."""


FREE: Expression = (
    fact("swap_count") & ~folio.other_slots & (~folio.writeback | folio.writeback_ended)
)
"""folio_free_swap() takes the folio out of the swap cache by now."""


def _writes(text: str, outcome: Outcome) -> Spelling:
    return spell(text, records={outcome.yes.name: "1"}, reads="written = 1", source=HERE)


SPELLINGS = (
    follow("do_wp_page", source=HERE),
    follow("wp_can_reuse_anon_folio", source=REUSABLE),
    spell("*vmf->pte", reads="vmf->orig_pte", within="do_wp_page", source=HERE),
    spell("ptep_get(vmf->pte)", reads="vmf->orig_pte", within="do_wp_page", source=HERE),
    spell(
        "userfaultfd_wp_async($vma)",
        means=vma.uffd_wp_async,
        source=Source("include/linux/userfaultfd_k.h", "userfaultfd_wp_async", since="6.7"),
    ),
    spell("vm_normal_page($vma, $at, $pte)", gives={"page": TRUE}, source=HERE),
    spell("is_fsdax_page($page)", means=FALSE, source=HERE),
    # Private mappings.
    spell(
        "(vma->vm_flags & (VM_WRITE | VM_SHARED)) == (VM_WRITE | VM_SHARED)",
        means=FALSE,
        source=HERE,
    ),
    spell("vma->vm_flags & (VM_SHARED | VM_MAYSHARE)", means=FALSE, source=HERE),
    *(
        spell(text, reads="in_cache = in_cache && !is_free_by_now", within=name, source=HERE)
        for name, text in (
            ("do_wp_page", "try_to_free_swap(page)"),
            ("do_wp_page", "folio_free_swap(folio)"),
            ("wp_can_reuse_anon_folio", "folio_free_swap(folio)"),
        )
    ),
    spell("is_free_by_now", means=FREE, source=Source("mm/swapfile.c")),
    # The page that the fault has mapped.
    spell("PageAnon(vmf->page)", means=TRUE, within="do_wp_page", source=HERE),
    spell("folio_test_anon(folio)", means=TRUE, within="do_wp_page", source=HERE),
    spell("PageAnonExclusive(vmf->page)", reads="anon_exclusive", source=HERE),
    # Nobody else holds the lock: whoever does refers to the page.
    spell("trylock_page(page)", means=TRUE, within="do_wp_page", source=HERE),
    spell("folio_trylock(folio)", means=TRUE, source=HERE),
    spell("is_drained", means=DRAINED, source=HERE),
    spell("is_large", means=folio.large, source=HERE),
    spell(
        "page_count(page) != 1",
        reads="in_cache || !is_unreferenced",
        within="do_wp_page",
        source=HERE,
    ),
    spell("page_mapcount(page) != 1", means=folio.mapped, within="do_wp_page", source=HERE),
    spell("folio_ref_count(folio) != 1", reads="in_cache || !is_drained", source=HERE),
    # Three are more than the exact test below lets pass, but for a large folio in the swap cache,
    # which holds a reference for each of its pages.
    spell("folio_ref_count(folio) > 3", reads="in_cache && is_large", source=HERE),
    spell(
        "folio_ref_count(folio) > 1 + folio_test_swapcache(folio)",
        reads="!is_drained || (in_cache && is_large)",
        source=HERE,
    ),
    spell(
        "folio_ref_count(folio) > 1 + maybe_in_lru_cache + in_swapcache",
        reads="!is_drained",
        source=REUSABLE,
    ),
    spell("folio_ref_count(folio) > 1 + in_swapcache", reads="!is_drained", source=REUSABLE),
    spell("IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE)", means=TRUE, source=LARGE),
    spell("__wp_can_reuse_large_anon_folio(folio, vma)", means=folio.large_reusable, source=LARGE),
    _writes("wp_page_reuse(vmf)", Outcome.WRITE_REUSED),
    _writes("wp_page_reuse(vmf, folio)", Outcome.WRITE_REUSED),
    _writes("wp_page_copy(vmf)", Outcome.WRITE_COPIED),
    _writes("handle_userfault(vmf, VM_UFFD_WP)", Outcome.WRITE_NOT_ALLOWED),
)


@hookimpl
def swapin_spellings() -> Iterable[Spelling]:
    """The write fault."""
    return SPELLINGS
