"""Kernels 5.10 to 5.17: a write fault asks reuse_swap_page().

Transcribed functions:

* mm/memory.c: do_swap_page(), remove_device_exclusive_entry(), do_wp_page()
* mm/swapfile.c: reuse_swap_page(), page_trans_huge_map_swapcount(), try_to_free_swap()
* mm/ksm.c: ksm_might_need_to_copy()

There is no marker in the swap PTE and no page flag.  The rmap flag RMAP_EXCLUSIVE only
selects the anon_vma; the copy made by ksm_might_need_to_copy() goes through
page_add_new_anon_rmap() instead.  A fault maps one page, also of a large one.

What differs among these releases:

* pins_swap_device: get_swap_device() at the start (5.14)
* device_exclusive: device exclusive entries (5.14)

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


def _non_swap_entry(s: Mapping[str, bool], device_exclusive: bool) -> str:
    if s["pte.entry.migration"]:
        return "MIGRATION"
    if device_exclusive and s["pte.entry.device_exclusive"]:
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


def _path(s: Mapping[str, bool], pins_swap_device: bool, device_exclusive: bool) -> str:
    if not s["pte.entry.swap"]:
        return _non_swap_entry(s, device_exclusive)

    if pins_swap_device and not s["swap_device.available"]:
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


def _reuse_swap_page(s: Mapping[str, bool], page_swap_cache: bool) -> bool:
    if s["folio.ksm"]:
        return False

    # Mappings plus swap PTEs; of a large page, the most that one of its pages has.  Swap PTEs
    # are counted for a cached page only, and the faulting one is still among them; a page
    # outside the cache has no user yet.
    if not page_swap_cache:
        count = 0
    elif s["folio.sole_user"]:
        count = 1
    else:
        count = 2

    # total_swapcount == page_swapcount(page): what is left of a large page's swap PTEs are
    # those of the faulting slot.
    slots_free_soon = True
    if s["folio.large"] and s["folio.other_slots"]:
        slots_free_soon = False

    # Without writeback the page is taken out of the cache here; folio.swapcache, read after
    # this function, already tells the result.  If other slots are in use, neither that is
    # done nor stable writes looked at, and the count is still the answer.
    if count == 1 and page_swap_cache and slots_free_soon:
        under_writeback = s["folio.writeback"]
        if under_writeback and s["swap_device.stable_writes"]:
            return False

    return count <= 1


def _try_to_free_swap(s: Mapping[str, bool], in_cache: bool) -> bool:
    """Say whether the page is in the swap cache afterwards."""
    if not in_cache:
        return False
    if s["folio.writeback"]:
        return True
    other_swap_ptes_left = not s["swap_count"]
    if s["folio.large"] and s["folio.other_slots"]:
        other_swap_ptes_left = True
    return other_swap_ptes_left


def _do_wp_page(s: Mapping[str, bool], pte: dict[str, bool], in_cache: bool) -> str:
    if pte["uffd_wp"] and s["vma.uffd_wp"]:
        return "NOT_ALLOWED"  # handle_userfault()

    if s["folio.ksm"]:
        return "COPIED"

    # Nothing is drained and the swap cache is left alone: every reference counts.
    page_count = 1
    page_mapcount = 1
    if in_cache:
        page_count += _PAGES if s["folio.large"] else 1
    if s["folio.lru_batched"]:
        page_count += 1
    if s["folio.extra_reference"]:
        page_count += 1
    if s["folio.mapped"]:
        page_count += 1
        page_mapcount += 1

    if page_count != 1:
        return "COPIED"
    if page_mapcount != 1:
        return "COPIED"
    return "REUSED"


def decide(
    s: Mapping[str, bool], *, pins_swap_device: bool, device_exclusive: bool
) -> dict[str, object]:
    """Run one swap-in fault, and the write that comes with it or right after it."""
    path = _path(s, pins_swap_device, device_exclusive)
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
    page_swap_cache = swapcache and not copied

    # The protection of a private mapping never includes write permission by itself.
    pte = {"write": False, "dirty": False, "soft_dirty": False, "uffd_wp": False}

    if fault_flag_write and _reuse_swap_page(s, page_swap_cache):
        pte["dirty"] = True
        if s["vma.writable"]:
            pte["write"] = True
        fault_flag_write = False
        write_flag_cleared = True
        rmap_exclusive = True

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

    # swap_free() of the faulting entry has happened; then the cache is tried.
    if s["folio.swap_full"]:
        in_cache = _try_to_free_swap(s, in_cache)

    if fault_flag_write:
        write = _do_wp_page(s, pte, in_cache)
    elif write_flag_cleared:
        if pte["write"]:
            write = "IN_PLACE"
        elif s["vma.writable"]:
            write = _do_wp_page(s, pte, in_cache)
        else:
            write = "IN_PLACE"  # FOLL_FORCE: GUP takes the page as it is
    else:
        # A read fault; now a store.
        if pte["write"]:
            write = "IN_PLACE"
        elif not s["vma.writable"]:
            write = "NOT_ALLOWED"
        else:
            write = _do_wp_page(s, pte, in_cache)

    return {
        "path": path,
        "exclusive": False,
        "mapped_exclusive": mapped_exclusive,
        "pte_writable": pte_writable,
        "write": write,
    }
