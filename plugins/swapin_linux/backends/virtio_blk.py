"""virtio-blk: the disk of most virtual machines."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind

SOURCE = Source("drivers/block/virtio_blk.c", "virtblk_probe")

BACKEND = Backend(
    name="virtio-blk",
    summary="virtio-blk disk",
    source=SOURCE,
    bindings=(
        bind(
            "swap_device.stable_writes", False, because="the driver asks for nothing", source=SOURCE
        ),
        bind(
            "swap_device.synchronous_io",
            False,
            because="the driver completes I/O asynchronously",
            source=SOURCE,
        ),
        bind("swap_device.rw_page", False, because="the driver has no rw_page", source=SOURCE),
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """virtio-blk."""
    return (BACKEND,)
