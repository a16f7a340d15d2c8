"""fork(): private pages are shared until somebody writes.

The first hunk of the patch that brought the mark: ``copy_nonpresent_pte()`` clears it in parent
and child, since the page then belongs to both.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Effect, Event, Namespace, Source, Transition, kernel

page = Namespace("page")
NEEDS_COPY = page.pinned & (page.exclusive | ~kernel.anon_exclusive)

TRANSITIONS = (
    Transition(
        id="fork-swapped.clears-mark",
        event=Event.FORK_SWAPPED,
        effect=Effect.CLEAR,
        when=kernel.anon_exclusive,
        because="both swap PTEs lose the mark, since two processes have the page now",
        source=Source("mm/memory.c", "copy_nonpresent_pte", since="5.19", commit="1493a1913e34"),
    ),
    Transition(
        id="fork-swapped.no-mark",
        event=Event.FORK_SWAPPED,
        effect=Effect.KEEP,
        when=~kernel.anon_exclusive,
        because="there is no mark to lose",
        source=Source("mm/memory.c", "copy_nonpresent_pte", until="5.18"),
    ),
    Transition(
        id="fork-present.shares",
        event=Event.FORK_PRESENT,
        effect=Effect.CLEAR,
        when=~NEEDS_COPY,
        because="both processes map the page read-only, exclusive to neither",
        source=Source("mm/memory.c", "copy_pte_range"),
    ),
    Transition(
        id="fork-present.pinned",
        event=Event.FORK_PRESENT,
        effect=Effect.COPY,
        when=NEEDS_COPY,
        because="a page that may be pinned stays the parent's, and the child gets a copy",
        source=Source("mm/memory.c", "copy_present_page"),
    ),
)


@hookimpl
def swapin_transitions() -> Iterable[Transition]:
    """Copying page tables."""
    return TRANSITIONS
