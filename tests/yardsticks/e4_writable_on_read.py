"""Kernels 6.11 to 6.19: an exclusive page is mapped writable on a read fault too.

Transcribed functions:

* mm/memory.c: do_swap_page(), alloc_swap_folio(), remove_device_exclusive_entry(),
  handle_pte_marker(), pte_marker_handle_uffd_wp(), pte_marker_clear(),
  should_try_to_free_swap(), do_wp_page(), wp_can_reuse_anon_folio()
* mm/swapfile.c: folio_free_swap()
* mm/ksm.c: ksm_might_need_to_copy()
* mm/rmap.c: folio_add_anon_rmap_ptes(), folio_add_new_anon_rmap()

The soft-dirty and uffd-wp bits are in the PTE before the write permission is decided, and a
write that is refused keeps its flag.  The swap entry is freed, and the swap cache tried,
before the folio is mapped: folio.sole_reference and folio.swapcache are the state after
that; should_try_to_free_swap() wants a count of 1 + folio_nr_pages().

A large folio of the swap cache is mapped whole if its range matches, else one page of it: the
outcomes of the faulting page are the same, for the swap PTEs of a batch have the same bits.

What differs among these releases:

* reads_large: a folio read past the cache may be large; it is allocated and charged before the
  slot is claimed, and backs out if its range no longer matches (6.12)
* guard_markers: guard markers (6.13)
* device_private_trylock: the driver is called with the page locked (6.15)
* wp_asks_large: do_wp_page() may reuse a large folio (6.15), which it never did before
* poison_under_lock: poison is tested with the swap-cache folio locked and matched (6.18)

pte_unmap_same() is left out: it compares only where a PTE is wider than a long.
"""

from collections.abc import Mapping


def _remove_device_exclusive_entry(s: Mapping[str, bool]) -> str:
    if not s["folio.locked"]:
        return "RETRIED"
    if not s["pte.same"]:
        return "RACED"
    return "DEVICE_EXCLUSIVE"


def _device_private(s: Mapping[str, bool], trylock: bool) -> str:
    if s["access.vma_lock"]:
        return "RETRIED"
    if not s["pte.same"]:
        return "RACED"
    if trylock and not s["folio.locked"]:
        return "RETRIED"
    return "DEVICE_PRIVATE"


def _pte_marker_clear(s: Mapping[str, bool]) -> str:
    """Make the PTE none; the access then faults on a missing page."""
    if not s["pte.same"]:
        return "RACED"
    return "MISSING"


def _handle_pte_marker(s: Mapping[str, bool], guard_markers: bool) -> str:
    if s["pte.entry.marker_poisoned"]:
        return "POISONED"
    if guard_markers and s["pte.entry.marker_guard"]:
        return "GUARD"
    if s["pte.entry.marker_uffd_wp"]:
        if not s["vma.uffd_wp"]:
            return _pte_marker_clear(s)
        return "MISSING"  # do_pte_missing()
    return "BUS_ERROR"  # an unknown marker


def _is_marker(s: Mapping[str, bool]) -> bool:
    if s["pte.entry.marker_uffd_wp"]:
        return True
    if s["pte.entry.marker_poisoned"]:
        return True
    return s["pte.entry.marker_guard"]


def _skips_swap_cache(s: Mapping[str, bool]) -> bool:
    if s["folio.swapcache_hit"]:
        return False
    return s["swap_device.synchronous_io"] and s["swap_count"]


def _path(
    s: Mapping[str, bool],
    *,
    reads_large: bool,
    guard_markers: bool,
    device_private_trylock: bool,
    poison_under_lock: bool,
) -> str:
    if not s["pte.entry.swap"]:
        if s["pte.entry.migration"]:
            return "MIGRATION"
        if s["pte.entry.device_exclusive"]:
            return _remove_device_exclusive_entry(s)
        if s["pte.entry.device_private"]:
            return _device_private(s, device_private_trylock)
        if s["pte.entry.hwpoison"]:
            return "POISONED"
        if _is_marker(s):
            return _handle_pte_marker(s, guard_markers)
        return "BUS_ERROR"  # print_bad_pte()

    if not s["swap_device.available"]:
        return "RACED"

    skips_cache = _skips_swap_cache(s)
    if not s["folio.swapcache_hit"]:
        if skips_cache and not reads_large:
            # 6.11: the slot is claimed first.  No folio afterwards: the PTE is compared.  A
            # folio that could not be charged: it is not.
            if not s["swap_slot.claimed"]:
                return "RACED"
            if not s["folio.allocated"]:
                return "OUT_OF_MEMORY" if s["pte.same"] else "UNDETERMINED"
        else:
            # alloc_swap_folio() charges too, so there is one way to have no folio.
            if not s["folio.allocated"]:
                return "OUT_OF_MEMORY" if s["pte.same"] else "RACED"
            if skips_cache and not s["swap_slot.claimed"]:
                return "RACED"
    elif s["folio.hwpoison"] and not poison_under_lock:
        return "POISONED"

    if not s["folio.locked"]:
        return "RETRIED"

    copied = False
    if not skips_cache:
        if not s["folio.entry_matches"]:
            return "RACED"
        if poison_under_lock and s["folio.hwpoison"]:
            return "POISONED"
        if s["folio.ksm_copy"]:
            if s["folio.hwpoison"]:
                return "POISONED"
            if not s["folio.allocated"]:
                return "OUT_OF_MEMORY"  # without another look at the PTE
            copied = True

    if not s["pte.same"]:
        return "RACED"
    if not s["folio.uptodate"]:
        return "BUS_ERROR"

    in_swap_cache = not skips_cache and not copied
    read_large = reads_large and s["folio.large"] and not in_swap_cache
    if read_large and not s["folio.range_matches"]:
        return "RACED"
    return "MAPPED"


def _folio_free_swap(s: Mapping[str, bool], in_cache: bool, under_writeback: bool) -> bool:
    """Say whether the folio is in the swap cache afterwards."""
    if not in_cache:
        return False
    if under_writeback:
        return True
    other_swap_ptes_left = not s["swap_count"]
    if s["folio.large"] and s["folio.other_slots"]:
        other_swap_ptes_left = True
    return other_swap_ptes_left


def _folio_ref_count(s: Mapping[str, bool], in_cache: bool, lru_batched: bool) -> int:
    """Count the references to a small folio."""
    count = 1  # the PTE that this fault installed
    if in_cache:
        count += 1
    if lru_batched:
        count += 1
    if s["folio.extra_reference"]:
        count += 1
    if s["folio.mapped"]:
        count += 1
    return count


def _wp_can_reuse_anon_folio(
    s: Mapping[str, bool], in_cache: bool, lru_batched: bool, asks_large: bool
) -> bool:
    if s["folio.large"]:
        if not asks_large:
            return False
        return s["folio.large_reusable"]  # __wp_can_reuse_large_anon_folio()
    if s["folio.ksm"]:
        return False
    if _folio_ref_count(s, in_cache, lru_batched) > 3:
        return False
    if lru_batched:
        lru_batched = False  # lru_add_drain()
    allowed = 1
    if in_cache:
        allowed += 1
    if _folio_ref_count(s, in_cache, lru_batched) > allowed:
        return False
    if in_cache:
        still_written = s["folio.writeback"] and not s["folio.writeback_ended"]
        in_cache = _folio_free_swap(s, in_cache, still_written)
    return _folio_ref_count(s, in_cache, lru_batched) == 1


def decide(
    s: Mapping[str, bool],
    *,
    reads_large: bool,
    guard_markers: bool,
    device_private_trylock: bool,
    wp_asks_large: bool,
    poison_under_lock: bool,
) -> dict[str, object]:
    """Run one swap-in fault, and the write that comes with it or right after it."""
    path = _path(
        s,
        reads_large=reads_large,
        guard_markers=guard_markers,
        device_private_trylock=device_private_trylock,
        poison_under_lock=poison_under_lock,
    )
    if path != "MAPPED":
        return {
            "path": path,
            "exclusive": False,
            "mapped_exclusive": False,
            "pte_writable": False,
            "write": "NOT_ALLOWED",
        }

    fault_flag_write = s["access.write"]
    rmap_exclusive = False

    # swapcache is NULL for a folio read past the cache; a copy is another folio than swapcache.
    swapcache = not _skips_swap_cache(s)
    copied = swapcache and s["folio.ksm_copy"]
    fresh = copied or not swapcache

    lru_batched = s["folio.lru_batched"]
    if fault_flag_write and not fresh and not s["folio.ksm"]:
        lru_batched = False  # lru_add_drain()

    # The decision block.
    exclusive = False
    if not s["folio.ksm"]:
        exclusive = s["pte.swp_exclusive"]
        if fresh:
            exclusive = True
        elif exclusive and s["folio.writeback"] and s["swap_device.stable_writes"]:
            exclusive = False

    # The entry is free and should_try_to_free_swap() has been followed.  Both tracking bits
    # go into the PTE first.
    pte = {"write": False, "dirty": False, "soft_dirty": False, "uffd_wp": False}
    if s["pte.soft_dirty"]:
        pte["soft_dirty"] = True
    if s["pte.uffd_wp"]:
        pte["uffd_wp"] = True

    certain = exclusive
    if not certain and not s["folio.ksm"]:
        certain = s["folio.sole_reference"]
    if certain:
        if s["vma.writable"]:
            uffd_blocks = pte["uffd_wp"] and s["vma.uffd_wp"]
            soft_dirty_blocks = s["vma.soft_dirty_tracking"] and not pte["soft_dirty"]
            if not uffd_blocks and not soft_dirty_blocks:
                pte["write"] = True
                if fault_flag_write:
                    pte["dirty"] = True
                    fault_flag_write = False
        rmap_exclusive = True

    in_cache = s["folio.swapcache"]
    mapped_exclusive = rmap_exclusive
    if copied:
        mapped_exclusive = True  # folio_add_new_anon_rmap() with RMAP_EXCLUSIVE
    anon_exclusive = mapped_exclusive
    pte_writable = pte["write"]

    def do_wp_page() -> str:
        if pte["uffd_wp"] and s["vma.uffd_wp"]:
            if not s["vma.uffd_wp_async"]:
                return "NOT_ALLOWED"  # handle_userfault()
            pte["uffd_wp"] = False
        if anon_exclusive:
            return "REUSED"
        if _wp_can_reuse_anon_folio(s, in_cache, lru_batched, wp_asks_large):
            return "REUSED"
        return "COPIED"

    if fault_flag_write:
        write = do_wp_page()
    elif pte["write"]:
        write = "IN_PLACE"  # by this fault, or by the store that follows a read fault
    elif not s["vma.writable"]:
        write = "NOT_ALLOWED"
    else:
        write = do_wp_page()

    return {
        "path": path,
        "exclusive": exclusive,
        "mapped_exclusive": mapped_exclusive,
        "pte_writable": pte_writable,
        "write": write,
    }
