"""A swap file on f2fs: the flags of the device of the superblock."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import of_block_device, written_to_device

SOURCE = Source("fs/f2fs/data.c", "f2fs_swap_activate")

BACKEND = Backend(
    name="swap-file-f2fs",
    summary="swap file on f2fs; flags as its block device",
    source=SOURCE,
    role="file",
    over=("disk",),
    bindings=(*of_block_device(SOURCE), *written_to_device(SOURCE)),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """swap-file-f2fs."""
    return (BACKEND,)
