"""A swap file on ext4: the flags of the device of the superblock."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import of_block_device, written_to_device

SOURCE = Source("fs/ext4/inode.c", "ext4_iomap_swap_activate")

BACKEND = Backend(
    name="swap-file-ext4",
    summary="swap file on ext4; flags as its block device",
    source=SOURCE,
    role="file",
    over=("disk",),
    bindings=(*of_block_device(SOURCE), *written_to_device(SOURCE)),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """swap-file-ext4."""
    return (BACKEND,)
