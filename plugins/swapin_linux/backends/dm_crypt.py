"""dm-crypt: encrypts into its own pages, and inherits stable writes from the device below."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import asynchronous

SOURCE = Source("drivers/md/dm-table.c", "dm_table_set_restrictions")

BACKEND = Backend(
    name="dm-crypt",
    summary="dm-crypt; stable writes as the device below",
    source=SOURCE,
    bindings=asynchronous(SOURCE),
    remarks=(
        "stable writes: as the device below when the table was loaded; dm-crypt itself "
        "encrypts into pages of its own",
        "nothing stacked is synchronous, whatever is below",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """dm-crypt."""
    return (BACKEND,)
