"""Calls without influence on the decision: accounting, locks that are given back, caches."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Source, Spelling, ignore

NAMES = (
    "BUG_ON",
    "VM_BUG_ON",
    "VM_BUG_ON_PAGE",
    "VM_WARN_ON_ONCE",
    "VM_WARN_ON_FOLIO",
    "VM_WARN_ON_ONCE_FOLIO",
    "delayacct_set_flag",
    "delayacct_clear_flag",
    "count_vm_event",
    "count_memcg_event_mm",
    "inc_mm_counter_fast",
    "dec_mm_counter_fast",
    "add_mm_counter",
    "__SetPageLocked",
    "__SetPageSwapBacked",
    "set_page_private",
    "SetPageSwapCache",
    "ClearPageSwapCache",
    "__folio_set_locked",
    "__folio_set_swapbacked",
    "folio_set_swap_entry",
    "mem_cgroup_swapin_uncharge_swap",
    "workingset_refault",
    "lru_cache_add",
    "folio_add_lru",
    "swap_readpage",
    "swap_read_folio",
    "swap_update_readahead",
    "cgroup_throttle_swaprate",
    "folio_throttle_swaprate",
    "lru_add_drain",
    "pte_unmap_unlock",
    "pte_unmap",
    "spin_unlock",
    "unlock_page",
    "put_page",
    "get_page",
    "folio_unlock",
    "folio_put",
    "folio_get",
    "folio_ref_add",
    "arch_swap_restore",
    "arch_do_swap_page",
    "arch_do_swap_page_nr",
    "swap_free",
    "swap_free_nr",
    "folio_put_swap",
    "swap_cache_del_folio",
    "check_swap_exclusive",
    "lru_cache_add_inactive_or_unevictable",
    "folio_add_lru_vma",
    "flush_icache_page",
    "flush_icache_pages",
    "update_mmu_cache",
    "update_mmu_cache_range",
    "flush_tlb_page",
    "swapcache_clear",
    "put_swap_device",
    "waitqueue_active",
    "wake_up",
    "add_wait_queue",
    "remove_wait_queue",
    "schedule_timeout_uninterruptible",
    "DECLARE_WAITQUEUE",
    "set_pte_at",
    "SetPageAnonExclusive",
    "page_move_anon_rmap",
    "folio_move_anon_rmap",
    "SetPageDirty",
)

SPELLINGS = tuple(ignore(name, source=Source("mm/memory.c", "do_swap_page")) for name in NAMES)


@hookimpl
def swapin_spellings() -> Iterable[Spelling]:
    """What has no influence."""
    return SPELLINGS
