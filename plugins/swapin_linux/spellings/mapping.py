"""The marker decision, the swap cache, the PTE and the rmap call."""

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
    pte,
    spell,
    swap_device,
    vma,
)

HERE = Source("mm/memory.c", "do_swap_page")
TRY = Source("mm/memory.c", "should_try_to_free_swap", since="5.18")
REUSE = Source("mm/swapfile.c", "reuse_swap_page", until="5.17")
UFFD = "include/linux/userfaultfd_k.h"

UNREFERENCED: Expression = ~folio.mapped & ~folio.extra_reference & ~folio.lru_batched

FREE: Expression = fact("swap_count") & ~folio.other_slots & ~folio.writeback
"""folio_free_swap() takes the folio out of the swap cache, now that this PTE's use is over."""

EXCLUSIVE = Outcome.EXCLUSIVE.yes.name
MAPPED_EXCLUSIVE = Outcome.MAPPED_EXCLUSIVE.yes.name
MARKER = {EXCLUSIVE: "exclusive", MAPPED_EXCLUSIVE: "$flags & RMAP_EXCLUSIVE"}
NO_MARKER = {EXCLUSIVE: "0", MAPPED_EXCLUSIVE: "$flags & RMAP_EXCLUSIVE"}
IN_CACHE = {"folio.swapcache": "in_cache"}
REMEMBERED = "anon_exclusive = $flags & RMAP_EXCLUSIVE"
INSTALLED = {
    Outcome.PATH_MAPPED.yes.name: "1",
    Outcome.PTE_WRITABLE.yes.name: "$pte & PTE_WRITE",
}

MARKER_DECISION = (
    spell("folio_test_ksm(folio)", means=folio.ksm, source=HERE),
    spell("PageKsm(page)", means=folio.ksm, source=HERE),
    spell(
        "pte_swp_exclusive(vmf->orig_pte)",
        means=pte.swp_exclusive,
        source=Source("mm/memory.c", "do_swap_page", since="5.19"),
    ),
    spell("folio_test_writeback(folio)", means=folio.writeback, source=HERE),
    spell(
        "si->flags & SWP_STABLE_WRITES",
        means=swap_device.stable_writes,
        source=Source("include/linux/swap.h", "SWP_STABLE_WRITES"),
    ),
    spell("folio_test_anon(folio)", means=folio.anon, within="do_swap_page", source=HERE),
)

REUSE_SWAP_PAGE = (
    follow("reuse_swap_page", source=REUSE),
    # Map count and swap count of a page that is not in the swap cache are both 0.
    spell(
        "count <= 1", means=folio.fresh | folio.sole_user, within="reuse_swap_page", source=REUSE
    ),
    spell(
        "count == 1", means=~folio.fresh & folio.sole_user, within="reuse_swap_page", source=REUSE
    ),
    spell("PageSwapCache(page)", reads="in_cache", within="reuse_swap_page", source=REUSE),
    spell("PageTransCompound(page)", means=folio.large, within="reuse_swap_page", source=REUSE),
    spell(
        "total_swapcount == page_swapcount(page)",
        means=~folio.other_slots,
        within="reuse_swap_page",
        source=REUSE,
    ),
    spell("PageWriteback(page)", means=folio.writeback, within="reuse_swap_page", source=REUSE),
    spell(
        "p->flags & SWP_STABLE_WRITES",
        means=swap_device.stable_writes,
        within="reuse_swap_page",
        source=REUSE,
    ),
    spell(
        "delete_from_swap_cache(page)",
        reads="in_cache = 0",
        within="reuse_swap_page",
        source=REUSE,
    ),
    spell("compound_head(page)", reads="page", within="reuse_swap_page", source=REUSE),
    # The caller passes NULL for it.
    spell("total_map_swapcount", means=FALSE, within="reuse_swap_page", source=REUSE),
)

SWAP_CACHE = (
    follow("should_try_to_free_swap", source=TRY),
    spell("folio_test_swapcache(folio)", reads="in_cache", source=HERE),
    spell("folio_free_swap(folio)", reads="in_cache = in_cache && !slots_are_free", source=HERE),
    spell("try_to_free_swap(page)", reads="in_cache = in_cache && !slots_are_free", source=HERE),
    spell("slots_are_free", means=FREE, source=Source("mm/swapfile.c")),
    spell("is_unreferenced", means=UNREFERENCED, source=HERE),
    *(
        spell(text, means=folio.swap_full, source=HERE)
        for text in (
            "mem_cgroup_swap_full(folio) || (vma->vm_flags & VM_LOCKED) || "
            "folio_test_mlocked(folio)",
            "mem_cgroup_swap_full(page) || (vma->vm_flags & VM_LOCKED) || PageMlocked(page)",
        )
    ),
    # The swap cache holds a reference for each page of a large folio, which was forgotten.
    spell("folio_ref_count(folio) == 2", means=UNREFERENCED & ~folio.large, source=TRY),
    spell("folio_ref_count(folio) == (1 + folio_nr_pages(folio))", means=UNREFERENCED, source=TRY),
    spell(
        "folio_ref_count(folio) == (extra_refs + folio_nr_pages(folio))",
        means=UNREFERENCED,
        source=TRY,
    ),
    spell(
        "folio_ref_count(folio) == 1",
        reads="!in_cache && is_unreferenced",
        within="do_swap_page",
        source=Source("mm/memory.c", "do_swap_page", since="5.18", until="7.2"),
    ),
)

LARGE = (
    spell("folio_test_large(folio)", means=folio.large, source=HERE),
    spell("folio_nr_pages(folio)", gives={"all": folio.large, "1": TRUE}, source=HERE),
    # The batch is whole only if these hold too.
    spell("folio_start < max(address & PMD_MASK, vma->vm_start)", means=FALSE, source=HERE),
    spell("folio_end > pmd_addr_end(address, vma->vm_end)", means=FALSE, source=HERE),
    spell("pte_same(folio_pte, pte_move_swp_offset($pte, $by))", means=TRUE, source=HERE),
    spell(
        "swap_pte_batch(folio_ptep, nr, folio_pte) != nr",
        means=~folio.range_matches,
        source=HERE,
    ),
    spell("WARN_ON_ONCE($what)", reads="$what", source=HERE),
    spell("folio_test_dirty(folio)", means=folio.dirty, source=HERE),
)

PTE = (
    spell("mk_pte($page, $protection)", gives={}, source=HERE),
    spell("pte_swp_soft_dirty(vmf->orig_pte)", means=pte.soft_dirty, source=HERE),
    spell("pte_mksoft_dirty($pte)", reads="$pte | PTE_SOFT_DIRTY", source=HERE),
    spell("pte_swp_uffd_wp(vmf->orig_pte)", means=pte.uffd_wp, source=HERE),
    spell("pte_swp_uffd(vmf->orig_pte)", means=pte.uffd_wp, source=HERE),
    spell("pte_mkuffd_wp($pte)", reads="$pte | PTE_UFFD", source=HERE),
    spell("pte_mkuffd($pte)", reads="$pte | PTE_UFFD", source=HERE),
    spell("pte_clear_uffd_wp($pte)", reads="$pte & ~PTE_UFFD", source=HERE),
    spell("pte_clear_uffd($pte)", reads="$pte & ~PTE_UFFD", source=HERE),
    spell("pte_wrprotect($pte)", reads="$pte & ~PTE_WRITE", source=HERE),
    spell("pte_mkdirty($pte)", reads="$pte", source=HERE),
    spell("pte_mkwrite($pte, $vma)", reads="$pte | PTE_WRITE", source=HERE),
    spell("pte_mkwrite($pte)", reads="$pte | PTE_WRITE", source=HERE),
    spell(
        "maybe_mkwrite($pte, $vma)",
        reads="(vma->vm_flags & VM_WRITE) ? ($pte | PTE_WRITE) : $pte",
        source=HERE,
    ),
    spell("pte_modify($pte, PAGE_NONE)", reads="($pte & ~PTE_WRITE) | PTE_PROTNONE", source=HERE),
    spell("pte_write($pte)", reads="$pte & PTE_WRITE", source=HERE),
    spell("pte_advance_pfn($pte, $by)", reads="$pte", source=HERE),
    spell(
        "userfaultfd_pte_wp($vma, $pte)",
        reads="userfaultfd_wp(vma) && ($pte & PTE_UFFD)",
        source=Source(UFFD, "userfaultfd_pte_wp"),
    ),
    spell("userfaultfd_wp($vma)", means=vma.uffd_wp, source=Source(UFFD, "userfaultfd_wp")),
    spell(
        "userfaultfd_rwp($vma)",
        means=vma.uffd_rwp,
        source=Source(UFFD, "userfaultfd_rwp", since="7.3"),
    ),
    spell(
        "pte_needs_soft_dirty_wp($vma, $pte)",
        reads="is_soft_dirty_tracked && !($pte & PTE_SOFT_DIRTY)",
        source=Source("mm/internal.h", "pte_needs_soft_dirty_wp", since="6.11"),
    ),
    spell(
        "is_soft_dirty_tracked",
        means=vma.soft_dirty_tracking,
        source=Source("mm/internal.h", "vma_soft_dirty_enabled", since="6.1"),
    ),
    spell("RMAP_NONE", reads="0", source=Source("include/linux/rmap.h", "RMAP_NONE", since="5.19")),
)

INSTALLING = (
    spell(
        "set_pte_at($mm, $at, $to, $pte)",
        records=INSTALLED,
        reads="mapped = 1",
        within="do_swap_page",
        source=HERE,
    ),
    spell(
        "set_ptes($mm, $at, $to, $pte, $nr)",
        records=INSTALLED,
        reads="mapped = 1",
        within="do_swap_page",
        source=Source("mm/memory.c", "do_swap_page", since="6.11"),
    ),
    spell(
        "do_page_add_anon_rmap($page, $vma, $at, $flags)",
        records=NO_MARKER | IN_CACHE,
        reads=REMEMBERED,
        source=Source("mm/rmap.c", "do_page_add_anon_rmap", until="5.18"),
    ),
    spell(
        "page_add_new_anon_rmap($page, $vma, $at, false)",
        records={EXCLUSIVE: "0", MAPPED_EXCLUSIVE: "1"} | IN_CACHE,
        reads="anon_exclusive = 1",
        source=Source("mm/rmap.c", "page_add_new_anon_rmap", until="5.18"),
    ),
    spell(
        "page_add_new_anon_rmap($page, $vma, $at)",
        records={EXCLUSIVE: "exclusive", MAPPED_EXCLUSIVE: "1"} | IN_CACHE,
        reads="anon_exclusive = 1",
        source=Source("mm/rmap.c", "page_add_new_anon_rmap", since="5.19", until="6.7"),
    ),
    spell(
        "page_add_anon_rmap($page, $vma, $at, $flags)",
        records=MARKER | IN_CACHE,
        reads=REMEMBERED,
        source=Source("mm/rmap.c", "page_add_anon_rmap", since="5.19", until="6.7"),
    ),
    spell(
        "folio_add_new_anon_rmap($folio, $vma, $at, $flags)",
        records=MARKER | IN_CACHE,
        reads=REMEMBERED,
        source=Source("mm/rmap.c", "folio_add_new_anon_rmap", since="6.11"),
    ),
    spell(
        "folio_add_anon_rmap_ptes($folio, $page, $nr, $vma, $at, $flags)",
        records=MARKER | IN_CACHE,
        reads=REMEMBERED,
        source=Source("mm/rmap.c", "folio_add_anon_rmap_ptes", since="6.8"),
    ),
)

SPELLINGS = (
    *MARKER_DECISION,
    *REUSE_SWAP_PAGE,
    *SWAP_CACHE,
    *LARGE,
    *PTE,
    *INSTALLING,
)


@hookimpl
def swapin_spellings() -> Iterable[Spelling]:
    """The decision, and the page table."""
    return SPELLINGS
