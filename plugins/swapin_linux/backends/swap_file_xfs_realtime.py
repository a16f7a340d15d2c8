"""A swap file on the realtime device of xfs: flags of the data device up to 6.11.

Up to 6.1 (read; 6.11 by the title of the change) the flags are evaluated before the file system
says on which device the file lies. The layer below is the realtime device.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, inherit
from swapin_linux.backends import (
    QUEUE_STABLE,
    of_block_device,
    written_to_device,
)

SOURCE = Source("fs/xfs/xfs_aops.c", "xfs_address_space_operations")
_SHOWN = "sysfs shows the queue of the device that holds the file"

BACKEND = Backend(
    name="swap-file-xfs-realtime",
    summary="swap file on the realtime device of xfs; flags of that device since 6.12",
    source=SOURCE,
    role="file",
    over=("disk",),
    bindings=(
        inherit(QUEUE_STABLE, until="6.11", because=_SHOWN, source=SOURCE),
        *of_block_device(SOURCE, since="6.12"),
        *written_to_device(SOURCE),
    ),
    remarks=("up to 6.11 the flags are those of the data device: give them",),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """swap-file-xfs-realtime."""
    return (BACKEND,)
