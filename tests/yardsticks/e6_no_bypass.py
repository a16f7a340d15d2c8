"""Kernels 7.0 to 7.2: every swap-in goes through the swap cache, which is freed after mapping.

Transcribed functions:

* mm/memory.c: do_swap_page(), remove_device_exclusive_entry(), handle_pte_marker(),
  pte_marker_handle_uffd_wp(), pte_marker_clear(), check_swap_exclusive(),
  should_try_to_free_swap(), do_wp_page(), wp_can_reuse_anon_folio()
* mm/swap_state.c: swapin_sync()
* mm/swapfile.c: folio_put_swap(), folio_free_swap()
* mm/ksm.c: ksm_might_need_to_copy()
* mm/rmap.c: folio_add_anon_rmap_ptes(), folio_add_new_anon_rmap()

A fresh folio is the copy made by ksm_might_need_to_copy().  The reference test is still in
do_swap_page(), although nothing has left the swap cache when it is made.
check_swap_exclusive() only warns.

A large folio is mapped whole if its range matches; if not, one page of it, or, if it has no
anon_vma yet, it is dropped from the cache and the fault backs out.

pte_unmap_same() is left out: it compares only where a PTE is wider than a long.
"""

from collections.abc import Mapping

# Pages of a large folio: order 2 is the smallest that anonymous memory has.
_PAGES = 4


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


def _folio_ref_count(
    s: Mapping[str, bool], in_cache: bool, lru_batched: bool, nr_mapped: int
) -> int:
    count = nr_mapped  # the PTEs that this fault installed
    if in_cache:
        count += _PAGES if s["folio.large"] else 1
    if lru_batched:
        count += 1
    if s["folio.extra_reference"]:
        count += 1
    if s["folio.mapped"]:
        count += 1
    return count


def _should_try_to_free_swap(
    s: Mapping[str, bool],
    in_cache: bool,
    lru_batched: bool,
    extra_refs: int,
    fault_flag_write: bool,
) -> bool:
    if not in_cache:
        return False
    if s["swap_device.synchronous_io"]:
        return True
    if s["folio.swap_full"]:
        return True
    if not fault_flag_write:
        return False
    if s["folio.ksm"]:
        return False
    folio_nr_pages = _PAGES if s["folio.large"] else 1
    return _folio_ref_count(s, in_cache, lru_batched, extra_refs) == extra_refs + folio_nr_pages


def _wp_can_reuse_anon_folio(s: Mapping[str, bool], in_cache: bool, lru_batched: bool) -> bool:
    if s["folio.large"]:
        return s["folio.large_reusable"]  # __wp_can_reuse_large_anon_folio()
    if s["folio.ksm"]:
        return False
    if _folio_ref_count(s, in_cache, lru_batched, 1) > 3:
        return False
    if lru_batched:
        lru_batched = False  # lru_add_drain()
    allowed = 1
    if in_cache:
        allowed += 1
    if _folio_ref_count(s, in_cache, lru_batched, 1) > allowed:
        return False
    if in_cache:
        still_written = s["folio.writeback"] and not s["folio.writeback_ended"]
        in_cache = _folio_free_swap(s, in_cache, still_written)
    return _folio_ref_count(s, in_cache, lru_batched, 1) == 1


def _do_wp_page(
    s: Mapping[str, bool],
    pte: dict[str, bool],
    in_cache: bool,
    lru_batched: bool,
    anon_exclusive: bool,
) -> str:
    if pte["uffd_wp"] and s["vma.uffd_wp"]:
        if not s["vma.uffd_wp_async"]:
            return "NOT_ALLOWED"  # handle_userfault()
        pte["uffd_wp"] = False

    if anon_exclusive:
        return "REUSED"
    if _wp_can_reuse_anon_folio(s, in_cache, lru_batched):
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
    nr_pages = 1
    if s["folio.large"] and _maps_whole(s, not copied):
        nr_pages = _PAGES

    lru_batched = s["folio.lru_batched"]
    if fault_flag_write and not s["folio.ksm"]:
        lru_batched = False  # lru_add_drain()

    # The decision block.
    exclusive = False
    if not s["folio.ksm"]:
        exclusive = s["pte.swp_exclusive"]
        if copied:
            exclusive = True
        elif exclusive and s["folio.writeback"] and s["swap_device.stable_writes"]:
            exclusive = False

    # Both tracking bits go into the PTE first.
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

    # The folio is mapped and folio_put_swap() has given the entry back; now the cache.
    if _should_try_to_free_swap(s, in_cache, lru_batched, nr_pages, fault_flag_write):
        in_cache = _folio_free_swap(s, in_cache, s["folio.writeback"])

    if fault_flag_write:
        write = _do_wp_page(s, pte, in_cache, lru_batched, anon_exclusive)
    elif pte["write"]:
        write = "IN_PLACE"  # by this fault, or by the store that follows a read fault
    elif not s["vma.writable"]:
        write = "NOT_ALLOWED"
    else:
        write = _do_wp_page(s, pte, in_cache, lru_batched, anon_exclusive)

    return {
        "path": path,
        "exclusive": exclusive,
        "mapped_exclusive": mapped_exclusive,
        "pte_writable": pte_writable,
        "write": write,
    }
