"""Kernels 7.0 to 7.2: every swap-in goes through the swap cache, which is freed after mapping.

Transcribed functions:

* mm/memory.c: do_swap_page(), check_swap_exclusive(), should_try_to_free_swap(),
  do_wp_page(), wp_can_reuse_anon_folio()
* mm/swapfile.c: folio_put_swap(), folio_free_swap()
* mm/rmap.c: folio_add_anon_rmap_ptes(), folio_add_new_anon_rmap()

A fresh folio is the copy made by ksm_might_need_to_copy().  The reference test is still in
do_swap_page(), although nothing has left the swap cache when it is made.
check_swap_exclusive() only warns.  Order-0 folios only.
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


def _should_try_to_free_swap(
    s: Mapping[str, bool], in_cache: bool, lru_batched: bool, fault_flag_write: bool
) -> bool:
    if not in_cache:
        return False
    # A synchronous device also answers yes here.  The state does not tell, and need not:
    # the write-protect fault tries the same removal again.
    if s["folio.swap_full"]:
        return True
    if not fault_flag_write:
        return False
    if s["folio.ksm"]:
        return False
    return _folio_ref_count(s, in_cache, lru_batched) == 2


def _wp_can_reuse_anon_folio(s: Mapping[str, bool], in_cache: bool, lru_batched: bool) -> bool:
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
        in_cache = _folio_free_swap(s, in_cache)
    return _folio_ref_count(s, in_cache, lru_batched) == 1


def _do_wp_page(
    s: Mapping[str, bool],
    pte: dict[str, bool],
    in_cache: bool,
    lru_batched: bool,
    anon_exclusive: bool,
) -> str:
    if pte["uffd_wp"] and s["vma.uffd_wp"]:
        if not s["vma.uffd_wp_async"]:
            return "NOT_ALLOWED"
        pte["uffd_wp"] = False

    if anon_exclusive:
        return "REUSED"
    if _wp_can_reuse_anon_folio(s, in_cache, lru_batched):
        return "REUSED"
    return "COPIED"


def decide(s: Mapping[str, bool]) -> dict[str, object]:
    """Run one swap-in fault, and the write that comes with it or right after it."""
    fault_flag_write = s["access.write"]
    rmap_exclusive = False

    lru_batched = s["folio.lru_batched"]
    if fault_flag_write and not s["folio.ksm"]:
        lru_batched = False  # lru_add_drain()

    # The decision block.
    exclusive = False
    if not s["folio.ksm"]:
        exclusive = s["pte.swp_exclusive"]
        if s["folio.fresh"]:
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
    if s["folio.ksm_copy"]:
        mapped_exclusive = True  # folio_add_new_anon_rmap() with RMAP_EXCLUSIVE
    anon_exclusive = mapped_exclusive
    pte_writable = pte["write"]

    # The folio is mapped and folio_put_swap() has given the entry back; now the cache.
    if _should_try_to_free_swap(s, in_cache, lru_batched, fault_flag_write):
        in_cache = _folio_free_swap(s, in_cache)

    if fault_flag_write:
        write = _do_wp_page(s, pte, in_cache, lru_batched, anon_exclusive)
    elif pte["write"]:
        write = "IN_PLACE"  # by this fault, or by the store that follows a read fault
    elif not s["vma.writable"]:
        write = "NOT_ALLOWED"
    else:
        write = _do_wp_page(s, pte, in_cache, lru_batched, anon_exclusive)

    return {
        "exclusive": exclusive,
        "mapped_exclusive": mapped_exclusive,
        "pte_writable": pte_writable,
        "write": write,
    }
