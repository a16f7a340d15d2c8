"""What moves a page or refers to it: swapoff, pins, KSM, migration, userfaultfd."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Effect, Event, Namespace, Source, Transition, kernel, pte

page = Namespace("page")
UNSHARED = ~kernel.anon_exclusive | page.exclusive

TRANSITIONS = (
    Transition(
        id="swapoff.restores",
        event=Event.SWAPOFF,
        effect=Effect.RESTORE,
        when=kernel.anon_exclusive,
        because="the page is mapped read-only, exclusive if the swap PTE says so",
        source=Source("mm/swapfile.c", "unuse_pte", since="5.19", commit="1493a1913e34"),
    ),
    Transition(
        id="swapoff.no-mark",
        event=Event.SWAPOFF,
        effect=Effect.DROP_MARK,
        when=~kernel.anon_exclusive,
        because="the page is mapped read-only; there is no mark",
        source=Source("mm/swapfile.c", "unuse_pte"),
    ),
    Transition(
        id="pin-read.takes",
        event=Event.PIN_READ,
        effect=Effect.TAKE,
        when=UNSHARED,
        because="the page is the process's own, or nobody asks whether it is",
        source=Source("mm/gup.c", "follow_page_pte"),
    ),
    Transition(
        id="pin-read.unshares",
        event=Event.PIN_READ,
        effect=Effect.UNSHARE,
        when=~UNSHARED,
        because="gup_must_unshare(): a pin for reading needs an exclusive page",
        source=Source("mm/gup.c", "follow_page_pte", since="5.19", commit="a7f226604170"),
    ),
    Transition(
        id="merge.shares",
        event=Event.MERGE,
        effect=Effect.TAKE,
        when=~page.referenced,
        because="the page is write-protected and shared",
        source=Source("mm/ksm.c", "write_protect_page"),
    ),
    Transition(
        id="merge.referenced",
        event=Event.MERGE,
        effect=Effect.REFUSE,
        when=page.referenced,
        because="the count of references is not that of mappings, so the page is left alone",
        source=Source("mm/ksm.c", "write_protect_page"),
    ),
    Transition(
        id="migrate.moves",
        event=Event.MIGRATE,
        effect=Effect.KEEP,
        when=~page.referenced,
        because="the migration entry remembers whether the page was exclusive",
        source=Source("mm/migrate.c", "remove_migration_pte"),
    ),
    Transition(
        id="migrate.referenced",
        event=Event.MIGRATE,
        effect=Effect.REFUSE,
        when=page.referenced,
        because="a page that somebody else refers to cannot be moved",
        source=Source("mm/migrate.c", "migrate_pages"),
    ),
    Transition(
        id="move-swapped.takes",
        event=Event.MOVE_SWAPPED,
        effect=Effect.KEEP,
        when=pte.swp_exclusive,
        because="UFFDIO_MOVE takes a marked swap PTE along, mark and all",
        source=Source("mm/userfaultfd.c", "move_swap_pte", since="6.8"),
    ),
    Transition(
        id="move-swapped.refused",
        event=Event.MOVE_SWAPPED,
        effect=Effect.REFUSE,
        when=~pte.swp_exclusive,
        because="UFFDIO_MOVE refuses a page that may be shared",
        source=Source("mm/userfaultfd.c", "move_swap_pte", since="6.8"),
    ),
)


@hookimpl
def swapin_transitions() -> Iterable[Transition]:
    """Swapoff, pins, KSM, migration and userfaultfd."""
    return TRANSITIONS
