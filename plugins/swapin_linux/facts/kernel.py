"""Capabilities of kernels: what one release does and another does not.

Rules read these and never a release. A distribution kernel with a backport is described by
overriding one of them.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Fact, Source

FACTS = (
    Fact(
        name="kernel.anon_exclusive",
        meaning="PG_anon_exclusive exists, and do_swap_page() decides it",
        source=Source(
            "include/linux/page-flags.h",
            "PageAnonExclusive",
            since="5.19",
            commit="6c287605fd56",
            title="mm: remember exclusively mapped anonymous pages with PG_anon_exclusive",
        ),
    ),
    Fact(
        name="kernel.swp_exclusive_bit",
        meaning="a swap PTE can remember exclusivity, where the architecture has the bit",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="5.19",
            commit="1493a1913e34",
            title="mm/swap: remember PG_anon_exclusive via a swp pte bit",
        ),
    ),
    Fact(
        name="kernel.swapcache_bypass",
        meaning="a synchronous device with swap count 1 is read past the swap cache",
        source=Source("mm/memory.c", "do_swap_page", until="6.19"),
    ),
    Fact(
        name="kernel.reuse_swap_page",
        meaning="reuse_swap_page() decides by map and swap counts",
        source=Source("mm/swapfile.c", "reuse_swap_page", until="5.17"),
    ),
    Fact(
        name="kernel.sole_reference_reuse",
        meaning="do_swap_page() reuses a page to which it holds the only reference",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="5.18",
            until="7.2",
            commit="c145e0b47c77",
            title="mm: streamline COW logic in do_swap_page()",
        ),
    ),
    Fact(
        name="kernel.free_before_map",
        meaning="the swap entry, and the swap cache if it may, are freed before the page is mapped",
        source=Source("mm/memory.c", "do_swap_page", since="5.18", until="6.19"),
    ),
    Fact(
        name="kernel.writable_on_read_fault",
        meaning="an exclusive page is mapped writable on read faults also",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="6.11",
            commit="c18160dba5ff",
            title="mm: swap: reuse exclusive folio directly instead of wp page faults",
        ),
    ),
    Fact(
        name="kernel.wp_frees_swapcache",
        meaning="do_wp_page() frees the swap cache before it counts references",
        source=Source(
            "mm/memory.c",
            "do_wp_page",
            since="5.18",
            title="mm: optimize do_wp_page() for exclusive pages in the swapcache",
        ),
    ),
    Fact(
        name="kernel.uffd_wp_async",
        meaning="userfaultfd write-protect has an asynchronous mode",
        source=Source("mm/memory.c", "do_wp_page", since="6.7"),
    ),
    Fact(
        name="kernel.uffd_rwp",
        meaning="userfaultfd has read-write protection",
        source=Source("mm/memory.c", "do_swap_page", since="7.3"),
    ),
    Fact(
        name="kernel.pins_swap_device",
        meaning="get_swap_device() keeps swapoff away from the fault",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="5.14",
            commit="2799e77529c2",
            title="mm/swap: fix do_swap_page() race with swapoff",
        ),
    ),
    Fact(
        name="kernel.claims_slot",
        meaning="swapcache_prepare() claims a slot before it is read past the swap cache",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="6.8",
            until="6.19",
            commit="13ddaf26be32",
            title="mm/swap: fix race when skipping swapcache",
        ),
    ),
    Fact(
        name="kernel.hwpoison_under_lock",
        meaning="poison is tested under the folio lock, not on a hit in the swap cache before it",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="6.18",
            title="mm, swap: check page poison flag after locking it",
        ),
    ),
    Fact(
        name="kernel.ksm_copy_hwpoison",
        meaning="ksm_might_need_to_copy() reports a poisoned source",
        source=Source(
            "mm/ksm.c",
            "ksm_might_need_to_copy",
            since="6.3",
            title="mm: hwpoison: support recovery from ksm_might_need_to_copy()",
        ),
    ),
    Fact(
        name="kernel.per_vma_lock",
        meaning="faults may run under the per-VMA lock",
        source=Source("include/linux/mm_types.h", "FAULT_FLAG_VMA_LOCK", since="6.4"),
    ),
    Fact(
        name="kernel.vma_lock_retry",
        meaning="do_swap_page() retries every fault under the per-VMA lock",
        source=Source("mm/memory.c", "do_swap_page", since="6.4", until="6.5"),
    ),
    Fact(
        name="kernel.device_private_rechecks",
        meaning="the PTE of a device private page is compared again under the page table lock",
        source=Source("mm/memory.c", "do_swap_page", since="6.1"),
    ),
    Fact(
        name="kernel.device_private_locks",
        meaning="a device private page is brought back with its page lock held",
        source=Source("mm/memory.c", "do_swap_page", since="6.15"),
    ),
    Fact(
        name="kernel.device_exclusive_entries",
        meaning="there are device exclusive entries",
        source=Source("mm/memory.c", "remove_device_exclusive_entry", since="5.14"),
    ),
    Fact(
        name="kernel.swapin_error_entries",
        meaning="a swap-in error is an entry type of its own",
        source=Source("include/linux/swap.h", "SWP_SWAPIN_ERROR", since="5.19", until="6.1"),
    ),
    Fact(
        name="kernel.pte_markers",
        meaning="there are PTE markers",
        source=Source("mm/memory.c", "handle_pte_marker", since="5.19"),
    ),
    Fact(
        name="kernel.anon_markers",
        meaning="a userfaultfd marker in an anonymous VMA is no error",
        source=Source("mm/memory.c", "handle_pte_marker", since="6.2", commit="15520a3f0469"),
    ),
    Fact(
        name="kernel.uffd_wp_unpopulated",
        meaning="userfaultfd can write-protect PTEs of anonymous memory that hold no page",
        source=Source(
            "mm/memory.c",
            "pte_marker_handle_uffd_wp",
            since="6.4",
            commit="2bad466cc9d9",
            title="mm/uffd: UFFD_FEATURE_WP_UNPOPULATED",
        ),
    ),
    Fact(
        name="kernel.poisoned_markers",
        meaning="a swap-in error, and later any poison, is a PTE marker",
        source=Source("mm/memory.c", "handle_pte_marker", since="6.2"),
    ),
    Fact(
        name="kernel.marker_hwpoison",
        meaning="a poisoned marker gives VM_FAULT_HWPOISON, not VM_FAULT_SIGBUS",
        source=Source("mm/memory.c", "handle_pte_marker", since="6.6"),
    ),
    Fact(
        name="kernel.guard_markers",
        meaning="there are guard markers",
        source=Source("mm/memory.c", "handle_pte_marker", since="6.13"),
    ),
    Fact(
        name="kernel.maps_large_folios",
        meaning="a large folio of the swap cache is mapped whole where it can be",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="6.11",
            title="mm: swap: entirely map large folios found in swapcache",
        ),
    ),
    Fact(
        name="kernel.allocates_large_folios",
        meaning="a synchronous device is read into a large folio where it can be",
        source=Source(
            "mm/memory.c",
            "thp_swap_suitable_orders",
            since="6.12",
            title="mm: support large folios swap-in for sync io devices",
        ),
    ),
    Fact(
        name="kernel.drops_partial_folios",
        meaning="a large folio without an anon_vma that cannot be mapped whole is dropped",
        source=Source("mm/memory.c", "do_swap_page", since="7.0"),
    ),
    Fact(
        name="kernel.wp_refuses_large",
        meaning="do_wp_page() never reuses a page of a large folio that is not exclusive",
        source=Source("mm/memory.c", "wp_can_reuse_anon_folio", since="6.10", until="6.14"),
    ),
    Fact(
        name="kernel.wp_reuses_large",
        meaning="do_wp_page() can reuse a page of a large folio by its MM ids",
        source=Source(
            "mm/memory.c",
            "__wp_can_reuse_large_anon_folio",
            since="6.15",
            title="mm: Copy-on-Write (COW) reuse support for PTE-mapped THP",
        ),
    ),
    Fact(
        name="kernel.zswap_skips_writeback",
        meaning="storing a page in zswap starts no writeback; before, it is started and ended in "
        "one go with the folio unlocked",
        source=Source("mm/zswap.c", "zswap_store", since="6.12"),
    ),
    Fact(
        name="kernel.swap_zeromap",
        meaning="a page of zeros is noted in a bitmap in place of being written",
        source=Source(
            "mm/page_io.c",
            "swap_zeromap_folio_set",
            since="6.12",
            title="mm: store zero pages to be swapped out in a bitmap",
        ),
    ),
)


@hookimpl
def swapin_facts() -> Iterable[Fact]:
    """The capabilities."""
    return FACTS
