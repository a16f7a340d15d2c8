"""xen-blkfront: the disk of a Xen guest."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous, solidstate, stable_writes

SOURCE = Source("drivers/block/xen-blkfront.c", "xlvbd_alloc_gendisk")

BACKEND = Backend(
    name="xen-blkfront",
    summary="xen-blkfront disk",
    source=SOURCE,
    bindings=(
        stable_writes(False, SOURCE, "the driver asks for nothing"),
        *asynchronous(SOURCE),
        solidstate(
            True, SOURCE, "QUEUE_FLAG_VIRT is QUEUE_FLAG_NONROT; since 6.11 it is the default"
        ),
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """xen-blkfront."""
    return (BACKEND,)
