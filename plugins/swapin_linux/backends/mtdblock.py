"""mtdblock: a block device over raw flash."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous, solidstate, stable_writes

SOURCE = Source("drivers/mtd/mtd_blkdevs.c", "add_mtd_blktrans_dev")

BACKEND = Backend(
    name="mtdblock",
    summary="mtdblock: block device over flash",
    source=SOURCE,
    bindings=(
        stable_writes(False, SOURCE, "the driver asks for nothing"),
        *asynchronous(SOURCE),
        solidstate(True, SOURCE, "the driver says that it is not rotational"),
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """mtdblock."""
    return (BACKEND,)
