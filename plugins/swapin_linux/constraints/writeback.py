"""Which devices never show writeback to a fault."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Constraint, Source, folio, swap_device

CONSTRAINTS = (
    Constraint(
        id="writeback.rw-page",
        holds=~(swap_device.rw_page & folio.writeback),
        because="rw_page keeps the folio lock until writeback has ended, and the fault needs the "
        "lock to look",
        source=Source("block/bdev.c", "bdev_write_page", since="6.1", until="6.2"),
    ),
    Constraint(
        id="writeback.ends-once",
        holds=folio.writeback | ~folio.writeback_ended,
        because="only writeback that was under way can have ended",
        source=Source("mm/filemap.c", "folio_end_writeback", since="5.18"),
    ),
)


@hookimpl
def swapin_constraints() -> Iterable[Constraint]:
    """What writeback can be seen."""
    return CONSTRAINTS
