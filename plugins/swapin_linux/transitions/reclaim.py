"""Reclaim: a page is unmapped and written to its slot.

``try_to_unmap_one()`` takes ``PG_anon_exclusive`` away before it leaves a swap PTE. A page that may
be pinned is left alone: whoever pinned it must go on seeing the page of the process. Since 5.11
(and in stable 5.10) it never gets into the swap cache; since 5.19 it cannot be unmapped either.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Effect, Event, Namespace, Source, Transition, kernel, pte

page = Namespace("page")
MARKABLE = (
    kernel.anon_exclusive & page.exclusive & kernel.swp_exclusive_bit & pte.have_arch_swp_exclusive
)

TRANSITIONS = (
    Transition(
        id="unmap.marks",
        event=Event.UNMAP,
        effect=Effect.MARK,
        when=~page.pinned & MARKABLE,
        because="the exclusive page leaves its mark in the swap PTE",
        source=Source("mm/rmap.c", "try_to_unmap_one", since="5.19", commit="1493a1913e34"),
    ),
    Transition(
        id="unmap.forgets",
        event=Event.UNMAP,
        effect=Effect.CLEAR,
        when=~page.pinned & ~MARKABLE,
        because="nothing is marked: the page is not exclusive, or there is no bit for it",
        source=Source("mm/rmap.c", "try_to_unmap_one"),
    ),
    Transition(
        id="unmap.pinned",
        event=Event.UNMAP,
        effect=Effect.REFUSE,
        when=page.pinned,
        because="a page that may be pinned is not put into the swap cache",
        source=Source("mm/vmscan.c", "pageout", commit="feb889fb40fa"),
    ),
    Transition(
        id="write-out.starts",
        event=Event.WRITE_OUT,
        effect=Effect.TAKE,
        when=~page.referenced,
        because="nobody else refers to the page, so it is written",
        source=Source("mm/vmscan.c", "pageout"),
    ),
    Transition(
        id="write-out.referenced",
        event=Event.WRITE_OUT,
        effect=Effect.REFUSE,
        when=page.referenced,
        because="a page that somebody else refers to is left in the swap cache",
        source=Source("mm/vmscan.c", "pageout"),
    ),
)


@hookimpl
def swapin_transitions() -> Iterable[Transition]:
    """Unmapping and writing."""
    return TRANSITIONS
