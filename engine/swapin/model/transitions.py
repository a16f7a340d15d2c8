"""Transitions: what the kernel does to a page's exclusivity between two faults."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from swapin.model.expressions import Expression
from swapin.model.records import dataclass
from swapin.model.rules import Source


class Event(StrEnum):
    """What happens to one PTE of a process."""

    UNMAP = "unmap"
    """Reclaim takes a present PTE away and leaves a swap PTE."""
    WRITE_OUT = "write_out"
    """Reclaim wants to write an unmapped page to its slot."""
    FORK_PRESENT = "fork_present"
    """fork() copies a present PTE."""
    FORK_SWAPPED = "fork_swapped"
    """fork() copies a swap PTE."""
    SWAPOFF = "swapoff"
    """swapoff() maps the page of a swap PTE."""
    PIN_READ = "pin_read"
    """get_user_pages() pins a mapped page for reading (FOLL_PIN)."""
    MERGE = "merge"
    """KSM wants to share a mapped page."""
    MIGRATE = "migrate"
    """A mapped page is to be moved to another page frame."""
    MOVE_SWAPPED = "move_swapped"
    """UFFDIO_MOVE takes a swap PTE to another place."""


class Effect(StrEnum):
    """What comes of an event."""

    MARK = "mark"
    """The swap PTE is marked exclusive."""
    KEEP = "keep"
    """The exclusive mark or flag stays as it was."""
    CLEAR = "clear"
    """It is cleared, in every copy."""
    COPY = "copy"
    """The other process gets a page of its own."""
    REFUSE = "refuse"
    """Nothing happens: the page stays where it is."""
    RESTORE = "restore"
    """The page is mapped as the mark says."""
    DROP_MARK = "drop_mark"
    """The page is mapped, and the mark is forgotten."""
    TAKE = "take"
    """It is done."""
    UNSHARE = "unshare"
    """The process first gets the page for itself."""


EFFECTS: Mapping[Event, tuple[Effect, ...]] = {
    Event.UNMAP: (Effect.MARK, Effect.CLEAR, Effect.REFUSE),
    Event.WRITE_OUT: (Effect.TAKE, Effect.REFUSE),
    Event.FORK_PRESENT: (Effect.CLEAR, Effect.COPY),
    Event.FORK_SWAPPED: (Effect.CLEAR, Effect.KEEP),
    Event.SWAPOFF: (Effect.RESTORE, Effect.DROP_MARK),
    Event.PIN_READ: (Effect.TAKE, Effect.UNSHARE),
    Event.MERGE: (Effect.TAKE, Effect.REFUSE),
    Event.MIGRATE: (Effect.KEEP, Effect.REFUSE),
    Event.MOVE_SWAPPED: (Effect.KEEP, Effect.REFUSE),
}
"""The effects that an event can have."""

PAGE_ATOMS: Mapping[str, str] = {
    "page.exclusive": "PageAnonExclusive() of the page",
    "page.pinned": "the page may be pinned: folio_maybe_dma_pinned()",
    "page.referenced": "somebody but page tables and swap cache holds a reference to the page",
}
"""What conditions may read beside the catalog's facts: the page as the event finds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One way in which an event goes. In each state exactly one of an event's holds."""

    id: str
    """``event.what``, such as ``fork-swapped.clears-mark``."""
    event: Event
    effect: Effect
    when: Expression
    """Over capabilities, the facts of the swap PTE, and :data:`PAGE_ATOMS`."""
    because: str
    """What the kernel does, in a sentence."""
    source: Source
