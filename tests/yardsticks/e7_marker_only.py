"""Kernel 7.3: the marker in the swap PTE (or a KSM copy) alone says exclusive.

Transcribed functions:

* mm/memory.c: do_swap_page(), remove_device_exclusive_entry(), handle_pte_marker(),
  pte_marker_handle_uffd_wp(), pte_marker_clear(), should_try_to_free_swap(), do_wp_page(),
  wp_can_reuse_anon_folio()
* mm/swap_state.c: swapin_sync()
* mm/swapfile.c: folio_put_swap(), folio_free_swap()
* mm/ksm.c: ksm_might_need_to_copy()
* mm/rmap.c: folio_add_anon_rmap_ptes(), folio_add_new_anon_rmap()

No reference is counted in do_swap_page(), the LRU batch is not drained there, and the write
flag is kept: the write-protect fault follows a write whose PTE ended without write
permission.  A page that userfaultfd read-write protection (RWP) covers is restored
PROT_NONE.

A large folio is mapped whole if its range matches; if not, one page of it, or, if it has no
anon_vma yet, it is dropped from the cache and the fault backs out.

pte_unmap_same() is left out: it compares only where a PTE is wider than a long.
"""

from collections.abc import Mapping


def _remove_device_exclusive_entry(s: Mapping[str, bool]) -> str:
    if not s["folio.locked"]:
        return "RETRIED"
    if not s["pte.same"]:
        return "RACED"
    return "DEVICE_EXCLUSIVE"


def _device_private(s: Mapping[str, bool]) -> str:
    if s["access.vma_lock"]:
        return "RETRIED"
    if not s["pte.same"]:
        return "RACED"
    if not s["folio.locked"]:
        return "RETRIED"  # trylock_page() failed: waits for the lock
    return "DEVICE_PRIVATE"


def _pte_marker_clear(s: Mapping[str, bool]) -> str:
    """Make the PTE none; the access then faults on a missing page."""
    if not s["pte.same"]:
        return "RACED"
    return "MISSING"


def _handle_pte_marker(s: Mapping[str, bool]) -> str:
    if s["pte.entry.marker_poisoned"]:
        return "POISONED"
    if s["pte.entry.marker_guard"]:
        return "GUARD"
    if not s["vma.uffd_wp"]:
        return _pte_marker_clear(s)
    return "MISSING"  # do_pte_missing()


def _is_marker(s: Mapping[str, bool]) -> bool:
    if s["pte.entry.marker_uffd_wp"]:
        return True
    if s["pte.entry.marker_poisoned"]:
        return True
    return s["pte.entry.marker_guard"]


def _maps_whole(s: Mapping[str, bool], in_swap_cache: bool) -> bool:
    """Say whether nr_pages ends as folio_nr_pages(folio)."""
    if not s["folio.large"]:
        return True
    return in_swap_cache and s["folio.range_matches"]


def _path(s: Mapping[str, bool]) -> str:
    if not s["pte.entry.swap"]:
        if s["pte.entry.migration"]:
            return "MIGRATION"
        if s["pte.entry.device_exclusive"]:
            return _remove_device_exclusive_entry(s)
        if s["pte.entry.device_private"]:
            return _device_private(s)
        if s["pte.entry.hwpoison"]:
            return "POISONED"
        if _is_marker(s):
            return _handle_pte_marker(s)
        return "BUS_ERROR"  # print_bad_pte()

    if not s["swap_device.available"]:
        return "RACED"

    if not s["folio.swapcache_hit"] and not s["folio.allocated"]:
        return "OUT_OF_MEMORY" if s["pte.same"] else "RACED"

    if not s["folio.locked"]:
        return "RETRIED"
    if not s["folio.entry_matches"]:
        return "RACED"
    if s["folio.hwpoison"]:
        return "POISONED"

    copied = False
    if s["folio.ksm_copy"]:
        if not s["folio.allocated"]:
            return "OUT_OF_MEMORY"  # without another look at the PTE
        copied = True

    if not s["pte.same"]:
        return "RACED"
    if not s["folio.uptodate"]:
        return "BUS_ERROR"

    maps_whole = _maps_whole(s, not copied)
    if not s["folio.anon"] and s["folio.large"] and not maps_whole:
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


def _should_try_to_free_swap(
    s: Mapping[str, bool], in_cache: bool, exclusive: bool, fault_flag_write: bool
) -> bool:
    if not in_cache:
        return False
    if s["swap_device.synchronous_io"]:
        return True
    if s["folio.swap_full"]:
        return True
    if fault_flag_write:
        return exclusive
    return False


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


def _wp_can_reuse_anon_folio(s: Mapping[str, bool], in_cache: bool) -> bool:
    if s["folio.large"]:
        return s["folio.large_reusable"]  # __wp_can_reuse_large_anon_folio()
    if s["folio.ksm"]:
        return False
    lru_batched = s["folio.lru_batched"]
    allowed = 1
    if lru_batched:
        allowed += 1
    if in_cache:
        allowed += 1
    if _folio_ref_count(s, in_cache, lru_batched) > allowed:
        return False
    if lru_batched:
        lru_batched = False  # lru_add_drain()
        allowed -= 1
    if _folio_ref_count(s, in_cache, lru_batched) > allowed:
        return False
    if in_cache:
        still_written = s["folio.writeback"] and not s["folio.writeback_ended"]
        in_cache = _folio_free_swap(s, in_cache, still_written)
    return _folio_ref_count(s, in_cache, lru_batched) == 1


def _do_wp_page(
    s: Mapping[str, bool], pte: dict[str, bool], in_cache: bool, anon_exclusive: bool
) -> str:
    if pte["uffd_wp"] and s["vma.uffd_wp"]:
        if not s["vma.uffd_wp_async"]:
            return "NOT_ALLOWED"  # handle_userfault()
        pte["uffd_wp"] = False

    if anon_exclusive:
        return "REUSED"
    if _wp_can_reuse_anon_folio(s, in_cache):
        return "REUSED"
    return "COPIED"


def decide(s: Mapping[str, bool]) -> dict[str, object]:
    """Run one swap-in fault, and the write that comes with it or right after it."""
    path = _path(s)
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

    # Without a copy the folio is swapcache.
    copied = s["folio.ksm_copy"]

    # The decision block.
    exclusive = False
    if not s["folio.ksm"]:
        exclusive = s["pte.swp_exclusive"]
        if copied:
            exclusive = True
        elif exclusive and s["folio.writeback"] and s["swap_device.stable_writes"]:
            exclusive = False

    # Tracking bits first; RWP takes every permission away.
    pte = {
        "write": False,
        "dirty": False,
        "soft_dirty": False,
        "uffd_wp": False,
        "prot_none": False,
    }
    if s["pte.soft_dirty"]:
        pte["soft_dirty"] = True
    if s["pte.uffd_wp"]:
        pte["uffd_wp"] = True
        if s["vma.uffd_rwp"]:
            pte["prot_none"] = True

    if exclusive:
        if s["vma.writable"] and not pte["prot_none"]:
            uffd_blocks = pte["uffd_wp"] and s["vma.uffd_wp"]
            soft_dirty_blocks = s["vma.soft_dirty_tracking"] and not pte["soft_dirty"]
            if not uffd_blocks and not soft_dirty_blocks:
                pte["write"] = True
                if fault_flag_write:
                    pte["dirty"] = True
        rmap_exclusive = True

    in_cache = s["folio.swapcache"]
    mapped_exclusive = rmap_exclusive
    if copied:
        mapped_exclusive = True  # folio_add_new_anon_rmap() with RMAP_EXCLUSIVE
    anon_exclusive = mapped_exclusive
    pte_writable = pte["write"]

    # The folio is mapped and folio_put_swap() has given the entry back; now the cache.
    if _should_try_to_free_swap(s, in_cache, exclusive, fault_flag_write):
        in_cache = _folio_free_swap(s, in_cache, s["folio.writeback"])

    if pte["write"]:
        write = "IN_PLACE"  # by this fault, or by the store that follows a read fault
    elif pte["prot_none"]:
        write = "NOT_ALLOWED"  # the access meets the RWP handler first
    elif fault_flag_write:
        write = _do_wp_page(s, pte, in_cache, anon_exclusive)
    elif not s["vma.writable"]:
        write = "NOT_ALLOWED"
    else:
        write = _do_wp_page(s, pte, in_cache, anon_exclusive)

    return {
        "path": path,
        "exclusive": exclusive,
        "mapped_exclusive": mapped_exclusive,
        "pte_writable": pte_writable,
        "write": write,
    }
