"""Kernel 5.18: a write fault counts references.

Transcribed functions:

* mm/memory.c: do_swap_page(), remove_device_exclusive_entry(), should_try_to_free_swap(),
  do_wp_page()
* mm/swapfile.c: try_to_free_swap()
* mm/ksm.c: ksm_might_need_to_copy()

No marker in the swap PTE, no page flag and no test for stable writes.  The swap entry is
freed, and the swap cache tried, before the page is mapped: folio.sole_reference and
folio.swapcache are the state after that.  should_try_to_free_swap() wants a count of 2, which
a large page in the cache never has.  A fault maps one page, also of a large one.

pte_unmap_same() is left out: it compares only where a PTE is wider than a long.
"""

from collections.abc import Mapping

# Pages of a large one: order 2 is the smallest that anonymous memory has.
_PAGES = 4


def _remove_device_exclusive_entry(s: Mapping[str, bool]) -> str:
    if not s["folio.locked"]:
        return "RETRIED"
    if not s["pte.same"]:
        return "RACED"
    return "DEVICE_EXCLUSIVE"


def _non_swap_entry(s: Mapping[str, bool]) -> str:
    if s["pte.entry.migration"]:
        return "MIGRATION"
    if s["pte.entry.device_exclusive"]:
        return _remove_device_exclusive_entry(s)
    if s["pte.entry.device_private"]:
        return "DEVICE_PRIVATE"  # the driver is called without another look at the PTE
    if s["pte.entry.hwpoison"]:
        return "POISONED"
    return "BUS_ERROR"  # print_bad_pte()


def _skips_swap_cache(s: Mapping[str, bool]) -> bool:
    if s["folio.swapcache_hit"]:
        return False
    return s["swap_device.synchronous_io"] and s["swap_count"]


def _path(s: Mapping[str, bool]) -> str:
    if not s["pte.entry.swap"]:
        return _non_swap_entry(s)

    if not s["swap_device.available"]:
        return "RACED"

    skips_cache = _skips_swap_cache(s)
    if not s["folio.swapcache_hit"]:
        if not s["folio.allocated"]:
            if s["pte.same"]:
                return "OUT_OF_MEMORY"
            # No page: the PTE is compared.  A page that could not be charged: it is not.
            return "UNDETERMINED" if skips_cache else "RACED"
    elif s["folio.hwpoison"]:
        return "POISONED"

    if not s["folio.locked"]:
        return "RETRIED"

    if not skips_cache:
        if not s["folio.entry_matches"]:
            return "RACED"
        if s["folio.ksm_copy"] and not s["folio.allocated"]:
            return "OUT_OF_MEMORY"  # without another look at the PTE

    if not s["pte.same"]:
        return "RACED"
    if not s["folio.uptodate"]:
        return "BUS_ERROR"
    return "MAPPED"


def _try_to_free_swap(s: Mapping[str, bool], in_cache: bool, under_writeback: bool) -> bool:
    """Say whether the page is in the swap cache afterwards."""
    if not in_cache:
        return False
    if under_writeback:
        return True
    other_swap_ptes_left = not s["swap_count"]
    if s["folio.large"] and s["folio.other_slots"]:
        other_swap_ptes_left = True
    return other_swap_ptes_left


def _page_count(s: Mapping[str, bool], in_cache: bool, lru_batched: bool) -> int:
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


def _do_wp_page(
    s: Mapping[str, bool], pte: dict[str, bool], in_cache: bool, lru_batched: bool
) -> str:
    if pte["uffd_wp"] and s["vma.uffd_wp"]:
        return "NOT_ALLOWED"  # handle_userfault()

    if s["folio.ksm"]:
        return "COPIED"
    if _page_count(s, in_cache, lru_batched) > 3:
        return "COPIED"
    if lru_batched:
        lru_batched = False  # lru_add_drain()
    allowed = 1
    if in_cache:
        allowed += 1
    if _page_count(s, in_cache, lru_batched) > allowed:
        return "COPIED"
    if in_cache:
        still_written = s["folio.writeback"] and not s["folio.writeback_ended"]
        in_cache = _try_to_free_swap(s, in_cache, still_written)
    if _page_count(s, in_cache, lru_batched) != 1:
        return "COPIED"
    return "REUSED"


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
    write_flag_cleared = False
    rmap_exclusive = False

    # swapcache is NULL for a page read past the cache; a copy is another page than swapcache.
    swapcache = not _skips_swap_cache(s)
    copied = swapcache and s["folio.ksm_copy"]
    fresh = copied or not swapcache

    lru_batched = s["folio.lru_batched"]
    if fault_flag_write and not fresh and not s["folio.ksm"]:
        lru_batched = False  # lru_add_drain()

    pte = {"write": False, "dirty": False, "soft_dirty": False, "uffd_wp": False}

    # The entry is free and should_try_to_free_swap() has been followed.
    reuse = False
    if fault_flag_write and not s["folio.ksm"]:
        reuse = fresh
        if not reuse:
            reuse = s["folio.sole_reference"]
    if reuse:
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
    pte_writable = pte["write"]

    if fault_flag_write:
        write = _do_wp_page(s, pte, in_cache, lru_batched)
    elif write_flag_cleared:
        if pte["write"]:
            write = "IN_PLACE"
        elif s["vma.writable"]:
            write = _do_wp_page(s, pte, in_cache, lru_batched)
        else:
            write = "IN_PLACE"  # FOLL_FORCE: GUP takes the page as it is
    else:
        # A read fault; now a store.
        if pte["write"]:
            write = "IN_PLACE"
        elif not s["vma.writable"]:
            write = "NOT_ALLOWED"
        else:
            write = _do_wp_page(s, pte, in_cache, lru_batched)

    return {
        "path": path,
        "exclusive": False,
        "mapped_exclusive": mapped_exclusive,
        "pte_writable": pte_writable,
        "write": write,
    }
