"""A swap file: its flags are those of the file system's block device.

Alone nothing but the missing file system operations is bound, because that device decides.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import of_block_device, written_to_device

SOURCE = Source("mm/swapfile.c", "claim_swapfile")

BACKEND = Backend(
    name="swap-file",
    summary="swap file on a local file system; flags as its block device",
    source=SOURCE,
    role="file",
    over=("disk",),
    bindings=(*of_block_device(SOURCE), *written_to_device(SOURCE)),
    remarks=("btrfs, xfs on a realtime device, NFS and CIFS have backends of their own",),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """swap-file."""
    return (BACKEND,)
