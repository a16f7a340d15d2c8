"""dm-linear, striped, mirror, thin and multipath: stable writes come from below."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import asynchronous

SOURCE = Source("drivers/md/dm-table.c", "dm_table_set_restrictions")

BACKEND = Backend(
    name="dm-linear",
    summary="dm-linear, striped, mirror, thin or multipath; stable writes as the devices below",
    source=SOURCE,
    bindings=asynchronous(SOURCE),
    remarks=(
        "stable writes: if any device below required them when the table was loaded; a later "
        "reload does not reach the swap device",
        "nothing stacked is synchronous, whatever is below",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """dm-linear."""
    return (BACKEND,)
