"""From the swap entry to the page table: each step can end the fault before it maps a page.

The steps stand in the order in which the kernel takes them; each goes on from where the one
before it did not end the fault. Up to 6.17 poison is tested on a cache hit, before the folio is
locked; since 6.18 under the lock.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import (
    Expression,
    Outcome,
    Rule,
    Source,
    claim,
    folio,
    kernel,
    limit,
    pte,
    swap_device,
    swap_slot,
)
from swapin_linux.constraints.fresh import BYPASS
from swapin_linux.facts.pte import ENTRY
from swapin_linux.rules.entry_kind import UNLOOKED

GENUINE: Expression = ENTRY.one_of("swap") & ~UNLOOKED
SWAPOFF: Expression = kernel.pins_swap_device & ~swap_device.available
PINNED: Expression = GENUINE & ~SWAPOFF
POISONED_HIT: Expression = folio.swapcache_hit & folio.hwpoison & ~kernel.hwpoison_under_lock
# Since 6.12 the folio is allocated before the slot is claimed.
UNCLAIMED: Expression = (
    kernel.claims_slot
    & BYPASS
    & ~swap_slot.claimed
    & (folio.allocated | ~kernel.allocates_large_folios)
)
MISSED: Expression = ~folio.swapcache_hit & ~folio.allocated
HAD: Expression = PINNED & ~POISONED_HIT & ~UNCLAIMED & ~MISSED
"""The fault has a folio."""
LOCKED: Expression = HAD & folio.locked
MOVED: Expression = ~BYPASS & ~folio.entry_matches
HELD: Expression = LOCKED & ~MOVED
"""The folio is locked and is the right one."""
# A hit needs no folio but for a copy; a miss that had its folio is taken to have the copy too.
UNCOPIED: Expression = folio.swapcache_hit & folio.ksm_copy & ~folio.allocated
POISONED_LOCKED: Expression = folio.hwpoison & (
    (kernel.hwpoison_under_lock & ~BYPASS) | (kernel.ksm_copy_hwpoison & folio.ksm_copy)
)
SOUND: Expression = HELD & ~POISONED_LOCKED & ~UNCOPIED
COMPARED: Expression = SOUND & pte.same
READ: Expression = COMPARED & folio.uptodate
PARTIAL: Expression = (
    folio.large & ~folio.range_matches & (folio.fresh | (kernel.drops_partial_folios & ~folio.anon))
)
"""A large folio that must be mapped whole, and cannot be."""

DO_SWAP_PAGE = Source("mm/memory.c", "do_swap_page")

RULES = (
    claim(
        Outcome.PATH_RACED,
        id="swapoff.in-progress",
        when=GENUINE & SWAPOFF,
        because="the device is being swapped off",
        source=Source("mm/memory.c", "do_swap_page", since="5.14", commit="2799e77529c2"),
    ),
    claim(
        Outcome.PATH_POISONED,
        id="hwpoison.cache-hit",
        when=PINNED & POISONED_HIT,
        because="the swap cache has a poisoned page",
        source=Source("mm/memory.c", "do_swap_page", until="6.17"),
    ),
    claim(
        Outcome.PATH_RACED,
        id="bypass.slot-taken",
        when=PINNED & UNCLAIMED,
        because="another fault has claimed the slot",
        source=Source("mm/memory.c", "do_swap_page", since="6.8", until="6.19"),
    ),
    claim(
        Outcome.PATH_OUT_OF_MEMORY,
        id="memory.no-folio",
        when=PINNED & ~UNCLAIMED & MISSED & pte.same,
        because="there is no folio to read into",
        source=DO_SWAP_PAGE,
    ),
    claim(
        Outcome.PATH_RACED,
        id="memory.no-folio-needed",
        when=PINNED & ~UNCLAIMED & MISSED & ~pte.same,
        because="there is no folio to read into, and the PTE has changed",
        source=DO_SWAP_PAGE,
    ),
    limit(
        Outcome.PATH_OUT_OF_MEMORY,
        id="memory.charge-or-allocation",
        when=PINNED & ~UNCLAIMED & MISSED & ~pte.same & BYPASS & ~kernel.allocates_large_folios,
        because="whether it was the charge that failed, after which the PTE is not compared, or "
        "the allocation, after which it is",
        source=Source("mm/memory.c", "do_swap_page", until="6.11"),
    ),
    claim(
        Outcome.PATH_RETRIED,
        id="lock.retry",
        when=HAD & ~folio.locked,
        because="the folio is locked by somebody else",
        source=DO_SWAP_PAGE,
    ),
    claim(
        Outcome.PATH_RACED,
        id="cache.moved",
        when=LOCKED & MOVED,
        because="the folio is no longer that of this entry in the swap cache",
        source=DO_SWAP_PAGE,
    ),
    claim(
        Outcome.PATH_POISONED,
        id="hwpoison.locked",
        when=HELD & POISONED_LOCKED,
        because="the page is poisoned",
        source=Source("mm/memory.c", "do_swap_page", since="6.3"),
    ),
    claim(
        Outcome.PATH_OUT_OF_MEMORY,
        id="memory.no-copy",
        when=HELD & ~POISONED_LOCKED & UNCOPIED,
        because="there is no folio for the copy that KSM needs",
        source=DO_SWAP_PAGE,
    ),
    claim(
        Outcome.PATH_RACED,
        id="pte.changed",
        when=SOUND & ~pte.same,
        because="the PTE has changed",
        source=DO_SWAP_PAGE,
    ),
    claim(
        Outcome.PATH_BUS_ERROR,
        id="folio.not-uptodate",
        when=COMPARED & ~folio.uptodate,
        because="the page could not be read",
        source=DO_SWAP_PAGE,
    ),
    claim(
        Outcome.PATH_RACED,
        id="large.partial",
        when=READ & PARTIAL,
        because="the range of a large folio has changed, and it cannot be mapped in part",
        source=Source("mm/memory.c", "do_swap_page", since="6.12"),
    ),
    claim(
        Outcome.PATH_MAPPED,
        id="path.mapped",
        when=READ & ~PARTIAL,
        because="nothing ends the fault before it maps the page",
        source=DO_SWAP_PAGE,
    ),
)


@hookimpl
def swapin_rules() -> Iterable[Rule]:
    """The steps from the entry to the page table."""
    return RULES
