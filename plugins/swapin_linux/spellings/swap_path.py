"""From the swap entry to a locked, current, readable folio."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import FALSE, TRUE, Source, Spelling, fact, folio, pte, spell, swap_device
from swapin.model import swap_slot as slot

HERE = Source("mm/memory.c", "do_swap_page")
FROM_6_12 = Source("mm/memory.c", "do_swap_page", since="6.12")

CACHED = {"cached": folio.swapcache_hit}
READ_IN = {"cached": folio.allocated}
PRIVATE = {"private": folio.allocated}
KSM = Source("mm/ksm.c", "ksm_might_need_to_copy")

SPELLINGS = (
    # Compared only where a PTE is wider than a long; what it finds is found again later.
    spell("pte_unmap_same(vmf)", means=TRUE, source=HERE),
    spell("pte_unmap_same($mm, $pmd, $pte, $orig)", means=TRUE, source=HERE),
    spell("pte_same(*vmf->pte, vmf->orig_pte)", means=pte.same, source=HERE),
    spell("pte_same(ptep_get(vmf->pte), vmf->orig_pte)", means=pte.same, source=HERE),
    # A page table that is gone is a PTE that has changed.
    spell("pte_offset_map_lock($mm, $pmd, $at, $ptl)", gives={"pte": TRUE}, source=HERE),
    spell(
        "get_swap_device(entry)",
        gives={"device": swap_device.available},
        source=Source("mm/swapfile.c", "get_swap_device", since="5.14"),
    ),
    spell("lookup_swap_cache(entry, $vma, $at)", gives=CACHED, source=HERE),
    spell("swap_cache_get_folio(entry, $vma, $at)", gives=CACHED, source=HERE),
    spell("swap_cache_get_folio(entry)", gives=CACHED, source=HERE),
    spell(
        "si->flags & SWP_SYNCHRONOUS_IO",
        means=swap_device.synchronous_io,
        source=Source("include/linux/swap.h", "SWP_SYNCHRONOUS_IO"),
    ),
    spell("__swap_count(entry)", gives={"1": fact("swap_count"), "more": TRUE}, source=HERE),
    spell("alloc_page_vma($gfp, $vma, $at)", gives=PRIVATE, source=HERE),
    spell("vma_alloc_folio($gfp, $order, $vma, $at, $huge)", gives=PRIVATE, source=HERE),
    spell("alloc_swap_folio(vmf)", gives=PRIVATE, source=HERE),
    # A charge that fails is a folio that was not had, and is told by the allocation.
    spell("mem_cgroup_charge($folio, $mm, $gfp)", means=FALSE, source=HERE),
    spell("mem_cgroup_swapin_charge_folio($f, $mm, $gfp, $e)", means=FALSE, source=HERE),
    spell("swapcache_prepare(entry)", means=~slot.claimed, source=HERE),
    spell("swapcache_prepare(entry, $nr)", means=~slot.claimed, source=FROM_6_12),
    spell("swapin_readahead(entry, $gfp, vmf)", gives=READ_IN, source=HERE),
    spell("swapin_sync(entry, $g, $o, vmf, $p, $i)", gives=READ_IN, source=HERE),
    spell("IS_ERR_OR_NULL($p)", reads="!$p", source=HERE),
    spell("PageHWPoison(page)", means=folio.hwpoison, source=HERE),
    spell("lock_page_or_retry(page, $mm, $flags)", means=folio.locked, source=HERE),
    spell("folio_lock_or_retry(folio, $mm, $flags)", means=folio.locked, source=HERE),
    spell(
        "folio_lock_or_retry(folio, vmf)",
        gives={"VM_FAULT_RETRY": ~folio.locked},
        source=HERE,
    ),
    *(
        spell(text, means=~folio.entry_matches, source=HERE)
        for text in (
            "!PageSwapCache(page) || page_private(page) != entry.val",
            "!folio_test_swapcache(folio) || page_private(page) != entry.val",
            "!folio_test_swapcache(folio) || page_swap_entry(page).val != entry.val",
        )
    ),
    spell("folio_matches_swap_entry(folio, entry)", means=folio.entry_matches, source=HERE),
    spell(
        "ksm_might_need_to_copy($folio, $vma, $at)",
        reads="is_ksm_copied ? ksm_copy_of_it : $folio",
        source=Source("mm/ksm.c", "ksm_might_need_to_copy", until="6.2"),
    ),
    spell(
        "ksm_might_need_to_copy($folio, $vma, $at)",
        reads="is_ksm_copied ? (is_poisoned ? ERR_PTR(-EHWPOISON) : ksm_copy_of_it) : $folio",
        source=Source("mm/ksm.c", "ksm_might_need_to_copy", since="6.3"),
    ),
    spell("is_ksm_copied", means=folio.ksm_copy, source=KSM),
    spell("is_poisoned", means=folio.hwpoison, source=KSM),
    spell("ksm_copy_of_it", gives={"copy": folio.allocated}, source=KSM),
    spell("ERR_PTR(-EHWPOISON)", gives={"poisoned": TRUE}, source=KSM),
    spell("PageUptodate(page)", means=folio.uptodate, source=HERE),
    spell("folio_test_uptodate(folio)", means=folio.uptodate, source=HERE),
    # One folio by many names.
    spell("&folio->page", reads="folio", source=HERE),
    spell("page_folio($page)", reads="$page", source=HERE),
    spell("folio_page(folio, 0)", reads="folio", source=HERE),
    spell("folio_file_page(folio, $index)", reads="folio", source=HERE),
)


@hookimpl
def swapin_spellings() -> Iterable[Spelling]:
    """From the entry to the folio."""
    return SPELLINGS
