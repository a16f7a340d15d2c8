"""Kernels 5.19 to 6.10: the marker in the swap PTE, then the reference count.

Transcribed functions:

* mm/memory.c: do_swap_page(), should_try_to_free_swap(), do_wp_page(),
  wp_can_reuse_anon_folio() (part of do_wp_page() in the older of these releases)
* mm/swapfile.c: folio_free_swap(), called try_to_free_swap() before 6.1
* mm/rmap.c: page_add_anon_rmap(), page_add_new_anon_rmap() (6.8: folio_add_anon_rmap_pte(),
  folio_add_new_anon_rmap())

inverted_stable_writes=True gives the patch "mm/swap: remember PG_anon_exclusive via a swp pte
bit" as posted in its second version (29 March 2022), which drops the marker on devices that
do *not* need stable writes.

The swap entry is freed, and the swap cache tried, before the folio is mapped:
folio.sole_reference and folio.swapcache are the state after that.  Order-0 folios only.
"""

from collections.abc import Mapping


def _folio_free_swap(s: Mapping[str, bool], in_cache: bool) -> bool:
    """Say whether the folio is in the swap cache afterwards."""
    if not in_cache:
        return False
    if s["folio.writeback"]:
        return True
    other_swap_ptes_left = not s["swap_count"]
    return other_swap_ptes_left


def _folio_ref_count(s: Mapping[str, bool], in_cache: bool, lru_batched: bool) -> int:
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


def _do_wp_page(
    s: Mapping[str, bool], pte: dict[str, bool], in_cache: bool, anon_exclusive: bool
) -> str:
    if pte["uffd_wp"] and s["vma.uffd_wp"]:
        if not s["vma.uffd_wp_async"]:
            return "NOT_ALLOWED"
        pte["uffd_wp"] = False

    if anon_exclusive:
        return "REUSED"

    if s["folio.ksm"]:
        return "COPIED"
    lru_batched = s["folio.lru_batched"]
    if _folio_ref_count(s, in_cache, lru_batched) > 3:
        return "COPIED"
    if lru_batched:
        lru_batched = False  # lru_add_drain()
    allowed = 1
    if in_cache:
        allowed += 1
    if _folio_ref_count(s, in_cache, lru_batched) > allowed:
        return "COPIED"
    if in_cache:
        in_cache = _folio_free_swap(s, in_cache)
    if _folio_ref_count(s, in_cache, lru_batched) != 1:
        return "COPIED"
    return "REUSED"


def decide(s: Mapping[str, bool], *, inverted_stable_writes: bool = False) -> dict[str, object]:
    """Run one swap-in fault, and the write that comes with it or right after it."""
    fault_flag_write = s["access.write"]
    write_flag_cleared = False
    rmap_exclusive = False

    # The decision block.
    exclusive = False
    if not s["folio.ksm"]:
        exclusive = s["pte.swp_exclusive"]
        if s["folio.fresh"]:
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
    if s["folio.ksm_copy"]:
        mapped_exclusive = True  # page_add_new_anon_rmap()
    anon_exclusive = mapped_exclusive
    pte_writable = pte["write"]

    if fault_flag_write:
        write = _do_wp_page(s, pte, in_cache, anon_exclusive)
    elif write_flag_cleared:
        if pte["write"]:
            write = "IN_PLACE"
        elif s["vma.writable"]:
            write = _do_wp_page(s, pte, in_cache, anon_exclusive)
        else:
            write = "IN_PLACE"  # FOLL_FORCE: GUP takes the exclusive page as it is
    else:
        # A read fault; now a store.
        if pte["write"]:
            write = "IN_PLACE"
        elif not s["vma.writable"]:
            write = "NOT_ALLOWED"
        else:
            write = _do_wp_page(s, pte, in_cache, anon_exclusive)

    return {
        "exclusive": exclusive,
        "mapped_exclusive": mapped_exclusive,
        "pte_writable": pte_writable,
        "write": write,
    }
