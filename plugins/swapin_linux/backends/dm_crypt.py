"""dm-crypt: encrypts into its own pages, and inherits stable writes from the device below."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind

SOURCE = Source("drivers/md/dm-table.c", "dm_table_set_restrictions")

BACKEND = Backend(
    name="dm-crypt",
    summary="dm-crypt; stable writes as the device below",
    source=SOURCE,
    bindings=(
        bind(
            "swap_device.synchronous_io",
            False,
            because="the driver completes I/O asynchronously",
            source=SOURCE,
        ),
        bind("swap_device.rw_page", False, because="the driver has no rw_page", source=SOURCE),
    ),
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
