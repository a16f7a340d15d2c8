"""Kernels 5.10 to 5.17: a write fault asks reuse_swap_page().

Transcribed functions:

* mm/memory.c: do_swap_page(), do_wp_page()
* mm/swapfile.c: reuse_swap_page(), page_trans_huge_map_swapcount(), try_to_free_swap()

There is no marker in the swap PTE and no page flag.  The rmap flag RMAP_EXCLUSIVE only
selects the anon_vma; the copy made by ksm_might_need_to_copy() goes through
page_add_new_anon_rmap() instead.  Order-0 pages only.
"""

from collections.abc import Mapping


def _reuse_swap_page(s: Mapping[str, bool]) -> bool:
    if s["folio.ksm"]:
        return False

    # Mappings plus swap PTEs.  The swap PTEs are counted for a cached page only, and the
    # faulting one is still among them; a page outside the cache has no user yet.
    page_in_swap_cache = not s["folio.fresh"]
    if not page_in_swap_cache:
        count = 0
    elif s["folio.sole_user"]:
        count = 1
    else:
        count = 2

    # Without writeback the page is taken out of the cache here; folio.swapcache, read after
    # this function, already tells the result.
    if count == 1 and page_in_swap_cache:
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
    return other_swap_ptes_left


def _do_wp_page(s: Mapping[str, bool], pte: dict[str, bool], in_cache: bool) -> str:
    if pte["uffd_wp"] and s["vma.uffd_wp"]:
        if not s["vma.uffd_wp_async"]:
            return "NOT_ALLOWED"
        pte["uffd_wp"] = False

    if s["folio.ksm"]:
        return "COPIED"

    # Nothing is drained and the swap cache is left alone: every reference counts.
    page_count = 1
    page_mapcount = 1
    if in_cache:
        page_count += 1
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


def decide(s: Mapping[str, bool]) -> dict[str, object]:
    """Run one swap-in fault, and the write that comes with it or right after it."""
    fault_flag_write = s["access.write"]
    write_flag_cleared = False
    rmap_exclusive = False

    # The protection of a private mapping never includes write permission by itself.
    pte = {"write": False, "dirty": False, "soft_dirty": False, "uffd_wp": False}

    if fault_flag_write and _reuse_swap_page(s):
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
    if s["folio.ksm_copy"]:
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
        "exclusive": False,
        "mapped_exclusive": mapped_exclusive,
        "pte_writable": pte_writable,
        "write": write,
    }
