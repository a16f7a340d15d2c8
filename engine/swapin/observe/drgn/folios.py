"""The folio that the fault would map: one in the swap cache, or one that it reads in."""

from __future__ import annotations

from drgn import Object
from drgn.helpers.linux.mm import (
    PageHWPoison,
    PageLocked,
    PageUptodate,
    PageWriteback,
    compound_nr,
)

_ANON, _KSM, _BITS = 1, 3, 3
_UNMERGE = 2


def facts_of_new_folio(count: int | None) -> dict[str, bool]:
    """Facts of the folio that is read in where the swap cache has none, without ``folio.``.

    It has no ``mapping`` yet, so that it is neither anonymous nor of KSM, nobody maps it, and it
    is not copied: ``ksm_might_need_to_copy()`` of mm/ksm.c leaves alone what has no anon_vma. It
    was read and not written: ``__read_swap_cache_async()`` of mm/swap_state.c. Whether it comes
    alone or as part of a large one is not known before.

    :param count: swap PTEs of the slot, if known.
    """
    names = ("swapcache_hit", "ksm_copy", "writeback", "anon", "ksm", "mapped")
    facts = dict.fromkeys(names, False)
    if count is not None:
        facts["sole_user"] = count == 1
    return facts


def facts_of_folio(head: Object, vma: Object, address: int, count: int | None) -> dict[str, bool]:
    """Facts of a folio in the swap cache, without ``folio.``.

    :param head: ``struct page *``, the head of the folio.
    :param count: swap PTEs of the slot, if known.
    """
    pages = compound_nr(head).value_()
    facts = {"swapcache_hit": True}
    if not PageLocked(head):
        facts["locked"] = True
    if pages == 1:
        facts["hwpoison"] = PageHWPoison(head)
    if not _is_mapped_itself(head, vma, address):
        # ksm_might_need_to_copy() may copy it, and the rest would speak of the copy.
        return facts
    facts |= {
        "ksm_copy": False,
        "writeback": PageWriteback(head),
        "uptodate": PageUptodate(head),
        "anon": bool(_mapping(head) & _ANON),
        "ksm": _mapping(head) & _BITS == _KSM,
        "large": pages > 1,
    }
    if pages == 1:
        mapped = head._mapcount.counter.value_() + 1
        facts["mapped"] = mapped > 0
        if count is not None:
            facts["sole_user"] = mapped + count == 1
        if head._refcount.counter.value_() == mapped + 1:
            # The page tables' and the swap cache's are all; nobody else can hold one.
            facts |= {"extra_reference": False, "lru_batched": False}
    return facts


def _is_mapped_itself(head: Object, vma: Object, address: int) -> bool:
    """Whether it is known that the fault makes no copy of it: mm/ksm.c."""
    mapping = _mapping(head)
    if mapping & _BITS == _KSM:
        try:
            run = head.prog_.variable("ksm_run").value_()
        except LookupError:
            return False
        return bool(mapping & ~_BITS) and not run & _UNMERGE
    if not mapping or not vma.anon_vma:
        return True
    anon_vma = Object(head.prog_, "struct anon_vma *", value=mapping & ~_BITS)
    page = vma.vm_pgoff.value_() + (address - vma.vm_start.value_() >> 12)
    same: bool = anon_vma.root == vma.anon_vma.root
    return same and compound_nr(head).value_() == 1 and _index(head) == page


def _mapping(head: Object) -> int:
    value: int = _folio(head).mapping.value_()
    return value


def _index(head: Object) -> int:
    value: int = _folio(head).index.value_()
    return value


def _folio(head: Object) -> Object:
    """The folio; before 5.16 its page."""
    try:
        return Object(head.prog_, "struct folio *", value=head.value_())
    except LookupError:
        return head
