"""A swap file: its flags are those of the file system's block device.

Nothing is bound, because that device decides.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source

SOURCE = Source("mm/swapfile.c", "claim_swapfile")

BACKEND = Backend(
    name="swap-file",
    summary="swap file on a local file system; flags as its block device",
    source=SOURCE,
    remarks=(
        "stable writes, synchronous I/O and rw_page: as the block device of the file "
        "system (ext4, f2fs, xfs); give them",
        "btrfs up to 6.11: none of the flags is ever set; NFS and CIFS: never set",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """swap-file."""
    return (BACKEND,)
