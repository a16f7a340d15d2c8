"""virtio-blk: the disk of most virtual machines."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous, solidstate, stable_writes

SOURCE = Source("drivers/block/virtio_blk.c", "virtblk_probe")

BACKEND = Backend(
    name="virtio-blk",
    summary="virtio-blk disk",
    source=SOURCE,
    bindings=(
        stable_writes(False, SOURCE, "the driver asks for nothing"),
        *asynchronous(SOURCE),
        solidstate(False, SOURCE, "the driver leaves it rotational, and since 6.11 says so"),
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """virtio-blk."""
    return (BACKEND,)
