"""Any block device whose ``queue/stable_writes`` was set to 1 by hand: a layer, not a device.

Written before swapon it reaches the swap device; written before a dm table over the device is
loaded, it reaches what lies above. Later is too late for both.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind, inherit
from swapin_linux.backends import (
    BLKDEV,
    FS_OPS,
    INSIDE,
    INTEGRITY,
    QUEUE_STABLE,
    RW_PAGE,
    SEEN,
    SOLIDSTATE,
    STABLE,
    SYNCHRONOUS,
)

SOURCE = Source("block/blk-sysfs.c", "queue_stable_writes")

_KEPT = (SYNCHRONOUS, RW_PAGE, SOLIDSTATE, FS_OPS, BLKDEV, INTEGRITY, INSIDE, SEEN)

BACKEND = Backend(
    name="queue-stable-writes",
    summary="the block device below, with queue/stable_writes=1 written in time",
    source=SOURCE,
    over=("disk",),
    bindings=(
        bind(STABLE, True, because="queue/stable_writes=1 was written", source=SOURCE),
        bind(QUEUE_STABLE, True, because="queue/stable_writes=1 was written", source=SOURCE),
        *(inherit(name, because="it is the same device", source=SOURCE) for name in _KEPT),
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """queue-stable-writes."""
    return (BACKEND,)
