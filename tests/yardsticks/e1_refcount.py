"""Kernel 5.18: a write fault counts references.

Transcribed functions:

* mm/memory.c: do_swap_page(), should_try_to_free_swap(), do_wp_page()
* mm/swapfile.c: try_to_free_swap()

No marker in the swap PTE, no page flag and no test for stable writes.  The swap entry is
freed, and the swap cache tried, before the page is mapped: folio.sole_reference and
folio.swapcache are the state after that.  Order-0 pages only.
"""

from collections.abc import Mapping


def _try_to_free_swap(s: Mapping[str, bool], in_cache: bool) -> bool:
    """Say whether the page is in the swap cache afterwards."""
    if not in_cache:
        return False
    if s["folio.writeback"]:
        return True
    other_swap_ptes_left = not s["swap_count"]
    return other_swap_ptes_left


def _page_count(s: Mapping[str, bool], in_cache: bool, lru_batched: bool) -> int:
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


def _do_wp_page(s: Mapping[str, bool], pte: dict[str, bool], in_cache: bool) -> str:
    if pte["uffd_wp"] and s["vma.uffd_wp"]:
        if not s["vma.uffd_wp_async"]:
            return "NOT_ALLOWED"
        pte["uffd_wp"] = False

    if s["folio.ksm"]:
        return "COPIED"
    lru_batched = s["folio.lru_batched"]
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
        in_cache = _try_to_free_swap(s, in_cache)
    if _page_count(s, in_cache, lru_batched) != 1:
        return "COPIED"
    return "REUSED"


def decide(s: Mapping[str, bool]) -> dict[str, object]:
    """Run one swap-in fault, and the write that comes with it or right after it."""
    fault_flag_write = s["access.write"]
    write_flag_cleared = False
    rmap_exclusive = False

    pte = {"write": False, "dirty": False, "soft_dirty": False, "uffd_wp": False}

    # The entry is free and should_try_to_free_swap() has been followed.
    reuse = False
    if fault_flag_write and not s["folio.ksm"]:
        reuse = s["folio.fresh"]
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
    if s["folio.ksm_copy"]:
        mapped_exclusive = True  # page_add_new_anon_rmap()
    pte_writable = pte["write"]

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
