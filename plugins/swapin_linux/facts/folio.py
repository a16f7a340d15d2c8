"""Facts of the folio that will be mapped; after a KSM copy, of the copy."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Fact, Source

FACTS = (
    Fact(
        name="folio.ksm",
        meaning="the folio is a KSM page: folio_test_ksm(folio)",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Fact(
        name="folio.fresh",
        meaning="the folio was never exposed to the swap cache: folio != swapcache",
        derived=True,
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Fact(
        name="folio.writeback",
        meaning="the folio is under writeback at the decision: folio_test_writeback(folio)",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Fact(
        name="folio.writeback_ended",
        # Nothing that the fault holds keeps the device from finishing.
        meaning="the writeback that do_swap_page() found has ended when do_wp_page() looks",
        source=Source("mm/memory.c", "do_wp_page", since="5.18"),
    ),
    Fact(
        name="folio.swapcache_hit",
        meaning="the swap cache had the folio when the fault looked it up",
        usual=True,
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Fact(
        name="folio.ksm_copy",
        meaning="the folio is the copy that ksm_might_need_to_copy() made",
        source=Source("mm/ksm.c", "ksm_might_need_to_copy"),
    ),
    Fact(
        name="folio.swapcache",
        meaning="the folio is in the swap cache when the rmap function is entered",
        usual=True,
        derived=True,
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Fact(
        name="folio.anon",
        meaning="the folio has an anon_vma when the rmap function is entered: "
        "folio_test_anon(folio)",
        usual=True,
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Fact(
        name="folio.dirty",
        meaning="the folio is dirty when the rmap function is entered: folio_test_dirty(folio)",
        usual=True,
        derived=True,
        source=Source("mm/swapfile.c", "folio_free_swap", since="6.1"),
    ),
    Fact(
        name="folio.mapped",
        meaning="a page table maps the folio before this fault does: folio_mapped(folio)",
        source=Source("include/linux/mm.h", "folio_mapped", since="6.8"),
    ),
    Fact(
        name="folio.sole_user",
        meaning="mappings and swap PTEs of the page together are one, the faulting one",
        usual=True,
        derived=True,
        source=Source("mm/swapfile.c", "reuse_swap_page", until="5.17"),
    ),
    Fact(
        name="folio.sole_reference",
        meaning="the fault holds the only reference at the decision: folio_ref_count(folio) == 1, "
        "after the removal from the swap cache if there is one",
        derived=True,
        source=Source("mm/memory.c", "do_swap_page", since="5.18", until="7.2"),
    ),
    Fact(
        name="folio.extra_reference",
        meaning="somebody else holds a reference: not the fault, a page table, the swap cache or "
        "this CPU's LRU batch, but a GUP user or another CPU's batch",
        source=Source("mm/memory.c", "do_wp_page"),
    ),
    Fact(
        name="folio.lru_batched",
        meaning="the folio sits in this CPU's LRU batch, which holds a reference",
        source=Source("mm/swap.c", "folio_add_lru", since="6.1", until="7.2"),
    ),
    Fact(
        name="folio.swap_full",
        meaning="the swap cache is freed whoever uses the page: mem_cgroup_swap_full(folio), "
        "VM_LOCKED or mlocked",
        source=Source("mm/memory.c", "should_try_to_free_swap", since="5.18"),
    ),
    Fact(
        name="folio.allocated",
        meaning="every folio that the fault needs was had, its charge included; if not, the "
        "first one that it needs was not",
        usual=True,
        takes="memory that is short, or a limit of the memory cgroup",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Fact(
        name="folio.locked",
        meaning="the fault got the folio lock without giving up the locks that it holds: "
        "folio_lock_or_retry(); for a device private page trylock_page()",
        usual=True,
        takes="somebody else, who holds the folio lock at the same time",
        source=Source("mm/filemap.c", "__folio_lock_or_retry", since="6.1"),
    ),
    Fact(
        name="folio.entry_matches",
        meaning="the locked folio is still in the swap cache for this entry",
        usual=True,
        takes="another thread, which frees or reuses the folio between look-up and lock",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Fact(
        name="folio.hwpoison",
        meaning="the page that the fault found or read, before any KSM copy, is poisoned: "
        "PageHWPoison(page)",
        takes="a memory error",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Fact(
        name="folio.uptodate",
        meaning="the folio is up to date when it is mapped: folio_test_uptodate(folio)",
        usual=True,
        takes="a read error of the device",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Fact(
        name="folio.large",
        meaning="the folio has more than one page: folio_test_large(folio)",
        source=Source("include/linux/page-flags.h", "folio_test_large", since="6.1"),
    ),
    Fact(
        name="folio.range_matches",
        meaning="the whole range of a large folio lies in the VMA and in one page table, and its "
        "PTEs are consecutive swap entries with the same software bits",
        source=Source("mm/internal.h", "swap_pte_batch", since="6.11"),
    ),
    Fact(
        name="folio.other_slots",
        meaning="another slot of a large folio, outside of what this fault maps, still has a swap "
        "PTE",
        source=Source("mm/swapfile.c", "folio_free_swap", since="6.1"),
    ),
    Fact(
        name="folio.large_reusable",
        meaning="all references of a large folio are mappings of this process: "
        "__wp_can_reuse_large_anon_folio(folio)",
        source=Source("mm/memory.c", "__wp_can_reuse_large_anon_folio", since="6.15"),
    ),
    Fact(
        name="folio.was_exclusive",
        meaning="the page was exclusive to the process when it was swapped out, and nobody has "
        "shared its entry since",
        usual=True,
        hindsight=True,
        source=Source("mm/rmap.c", "try_to_unmap_one", since="5.19", until="7.2"),
    ),
)


@hookimpl
def swapin_facts() -> Iterable[Fact]:
    """The facts of the folio."""
    return FACTS
