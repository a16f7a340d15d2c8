"""mtdblock: a block device over raw flash."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import asynchronous, stable_writes

SOURCE = Source("drivers/mtd/mtd_blkdevs.c", "add_mtd_blktrans_dev")

BACKEND = Backend(
    name="mtdblock",
    summary="mtdblock: block device over flash",
    source=SOURCE,
    bindings=(
        stable_writes(False, SOURCE, "the driver asks for nothing"),
        *asynchronous(SOURCE),
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """mtdblock."""
    return (BACKEND,)
