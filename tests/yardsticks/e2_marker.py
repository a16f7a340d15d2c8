"""Kernels 5.19 to 6.10: the marker in the swap PTE, then the reference count.

Transcribed functions:

* mm/memory.c: do_swap_page(), remove_device_exclusive_entry(), handle_pte_marker(),
  pte_marker_handle_uffd_wp(), pte_marker_clear(), should_try_to_free_swap(), do_wp_page(),
  wp_can_reuse_anon_folio() (part of do_wp_page() in the older of these releases)
* mm/swapfile.c: folio_free_swap(), called try_to_free_swap() before 6.1
* mm/ksm.c: ksm_might_need_to_copy()
* mm/rmap.c: page_add_anon_rmap(), page_add_new_anon_rmap() (6.8: folio_add_anon_rmap_pte(),
  folio_add_new_anon_rmap())

inverted_stable_writes=True gives the patch "mm/swap: remember PG_anon_exclusive via a swp pte
bit" as posted in its second version (29 March 2022), which drops the marker on devices that
do *not* need stable writes.

The swap entry is freed, and the swap cache tried, before the folio is mapped:
folio.sole_reference and folio.swapcache are the state after that.  should_try_to_free_swap()
wants a count of 2, which a large folio in the cache never has.  A fault maps one page, also
of a large folio.

What differs among these releases:

* rechecks_device_private: the PTE is compared before the driver is called (6.1)
* swapin_error_type: a failed swap-in is an entry type of its own (5.19 to 6.1)
* uffd_marker: what handle_pte_marker() makes of a userfaultfd marker in an anonymous VMA: it is
  "refused" (5.19 to 6.1), "cleared" whatever the registration (6.2, 6.3), or "followed" (6.4)
* poisoned_marker: "unknown" (5.19 to 6.1), "bus error" (6.2), "poison" (6.6)
* copy_reports_poison: ksm_might_need_to_copy() tells a poisoned source (6.3)
* retries_under_vma_lock: no fault on a swap PTE runs under the per-VMA lock (6.4, 6.5)
* device_private_needs_mmap_lock: a device private fault does not (6.6)
* uffd_wp_async: asynchronous userfaultfd write-protection (6.7)
* claims_slot: swapcache_prepare() before a folio is read past the cache (6.8)
* wp_refuses_large: "mm: prohibit the last subpage from reusing the entire large folio" (6.10)

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


def _device_private(s: Mapping[str, bool], rechecks: bool, needs_mmap_lock: bool) -> str:
    if needs_mmap_lock and s["access.vma_lock"]:
        return "RETRIED"
    if rechecks and not s["pte.same"]:
        return "RACED"
    return "DEVICE_PRIVATE"


def _pte_marker_clear(s: Mapping[str, bool]) -> str:
    """Make the PTE none; the access then faults on a missing page."""
    if not s["pte.same"]:
        return "RACED"
    return "MISSING"


def _handle_pte_marker(s: Mapping[str, bool], uffd_marker: str, poisoned_marker: str) -> str:
    if uffd_marker == "refused":
        return "BUS_ERROR"  # markers are for files: WARN_ON_ONCE(vma_is_anonymous())
    if s["pte.entry.marker_poisoned"] and poisoned_marker == "bus error":
        return "BUS_ERROR"
    if s["pte.entry.marker_poisoned"] and poisoned_marker == "poison":
        return "POISONED"
    if s["pte.entry.marker_uffd_wp"]:
        if uffd_marker == "cleared" or not s["vma.uffd_wp"]:
            return _pte_marker_clear(s)
        return "MISSING"
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
    rechecks_device_private: bool,
    swapin_error_type: bool,
    uffd_marker: str,
    poisoned_marker: str,
    copy_reports_poison: bool,
    retries_under_vma_lock: bool,
    device_private_needs_mmap_lock: bool,
    claims_slot: bool,
) -> str:
    if retries_under_vma_lock and s["access.vma_lock"]:
        return "RETRIED"

    if not s["pte.entry.swap"]:
        if s["pte.entry.migration"]:
            return "MIGRATION"
        if s["pte.entry.device_exclusive"]:
            return _remove_device_exclusive_entry(s)
        if s["pte.entry.device_private"]:
            return _device_private(s, rechecks_device_private, device_private_needs_mmap_lock)
        if s["pte.entry.hwpoison"]:
            return "POISONED"
        if swapin_error_type and s["pte.entry.swapin_error"]:
            return "BUS_ERROR"
        if _is_marker(s):
            return _handle_pte_marker(s, uffd_marker, poisoned_marker)
        return "BUS_ERROR"  # print_bad_pte()

    if not s["swap_device.available"]:
        return "RACED"

    skips_cache = _skips_swap_cache(s)
    if not s["folio.swapcache_hit"]:
        # The slot is claimed first, the folio allocated and charged afterwards.
        if skips_cache and claims_slot and not s["swap_slot.claimed"]:
            return "RACED"
        if not s["folio.allocated"]:
            if s["pte.same"]:
                return "OUT_OF_MEMORY"
            # No folio: the PTE is compared.  A folio that could not be charged: it is not.
            return "UNDETERMINED" if skips_cache else "RACED"
    elif s["folio.hwpoison"]:
        return "POISONED"

    if not s["folio.locked"]:
        return "RETRIED"

    if not skips_cache:
        if not s["folio.entry_matches"]:
            return "RACED"
        if s["folio.ksm_copy"]:
            if copy_reports_poison and s["folio.hwpoison"]:
                return "POISONED"
            if not s["folio.allocated"]:
                return "OUT_OF_MEMORY"  # without another look at the PTE

    if not s["pte.same"]:
        return "RACED"
    if not s["folio.uptodate"]:
        return "BUS_ERROR"
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
    count = 1  # the PTE that this fault installed
    if in_cache:
        count += _PAGES if s["folio.large"] else 1
    if lru_batched:
        count += 1
    if s["folio.extra_reference"]:
        count += 1
    if s["folio.mapped"]:
        count += 1
    return count


def _wp_can_reuse_anon_folio(
    s: Mapping[str, bool], in_cache: bool, lru_batched: bool, refuses_large: bool
) -> bool:
    if refuses_large and s["folio.large"]:
        return False
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
    rechecks_device_private: bool,
    swapin_error_type: bool,
    uffd_marker: str,
    poisoned_marker: str,
    copy_reports_poison: bool,
    retries_under_vma_lock: bool,
    device_private_needs_mmap_lock: bool,
    uffd_wp_async: bool,
    claims_slot: bool,
    wp_refuses_large: bool,
    inverted_stable_writes: bool = False,
) -> dict[str, object]:
    """Run one swap-in fault, and the write that comes with it or right after it."""
    path = _path(
        s,
        rechecks_device_private=rechecks_device_private,
        swapin_error_type=swapin_error_type,
        uffd_marker=uffd_marker,
        poisoned_marker=poisoned_marker,
        copy_reports_poison=copy_reports_poison,
        retries_under_vma_lock=retries_under_vma_lock,
        device_private_needs_mmap_lock=device_private_needs_mmap_lock,
        claims_slot=claims_slot,
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
    write_flag_cleared = False
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
        elif exclusive and s["folio.writeback"]:
            drop_marker = s["swap_device.stable_writes"]
            if inverted_stable_writes:
                drop_marker = not drop_marker
            if drop_marker:
                exclusive = False

    # The entry is free and should_try_to_free_swap() has been followed.
    pte = {"write": False, "dirty": False, "soft_dirty": False, "uffd_wp": False}
    certain = exclusive
    if not certain and not s["folio.ksm"]:
        certain = s["folio.sole_reference"]
    if certain:
        if fault_flag_write:
            pte["dirty"] = True
            if s["vma.writable"]:
                pte["write"] = True
            fault_flag_write = False
            write_flag_cleared = True
        rmap_exclusive = True

    # uffd-wp comes last and takes the write permission back.
    if s["pte.soft_dirty"]:
        pte["soft_dirty"] = True
    if s["pte.uffd_wp"]:
        pte["uffd_wp"] = True
        pte["write"] = False

    in_cache = s["folio.swapcache"]
    mapped_exclusive = rmap_exclusive
    if copied:
        mapped_exclusive = True  # page_add_new_anon_rmap()
    anon_exclusive = mapped_exclusive
    pte_writable = pte["write"]

    def do_wp_page() -> str:
        if pte["uffd_wp"] and s["vma.uffd_wp"]:
            if not (uffd_wp_async and s["vma.uffd_wp_async"]):
                return "NOT_ALLOWED"  # handle_userfault()
            pte["uffd_wp"] = False
        if anon_exclusive:
            return "REUSED"
        if _wp_can_reuse_anon_folio(s, in_cache, lru_batched, wp_refuses_large):
            return "REUSED"
        return "COPIED"

    if fault_flag_write:
        write = do_wp_page()
    elif write_flag_cleared:
        if pte["write"]:
            write = "IN_PLACE"
        elif s["vma.writable"]:
            write = do_wp_page()
        else:
            write = "IN_PLACE"  # FOLL_FORCE: GUP takes the exclusive page as it is
    else:
        # A read fault; now a store.
        if pte["write"]:
            write = "IN_PLACE"
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
