"""A swap file on btrfs: no flag is set up to 6.11, since s_bdev is NULL when they are evaluated.

The page is written to the one device that holds the file all the same, up to 6.2 by its
``rw_page``.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind, inherit
from swapin_linux.backends import (
    INTEGRITY,
    QUEUE_STABLE,
    SOLIDSTATE,
    STABLE,
    SYNCHRONOUS,
    of_block_device,
    written_to_device,
)

CLAIM = Source("mm/swapfile.c", "claim_swapfile", until="6.11")
SOURCE = Source(
    "fs/btrfs/inode.c",
    "btrfs_swap_activate",
    commit="b843786b0bd0",
    title="mm: swapfile: fix SSD detection with swapfile on btrfs",
)

_NO_DEVICE = "the file system has no block device when the flags are evaluated"
_SHOWN = "sysfs shows the queue of the device that holds the file"

BACKEND = Backend(
    name="swap-file-btrfs",
    summary="swap file on btrfs; flags of its device since 6.12",
    source=SOURCE,
    role="file",
    over=("disk",),
    bindings=(
        *(
            bind(name, False, until="6.11", because=_NO_DEVICE, source=CLAIM)
            for name in (STABLE, SYNCHRONOUS, SOLIDSTATE, INTEGRITY)
        ),
        inherit(QUEUE_STABLE, until="6.11", because=_SHOWN, source=SOURCE),
        *of_block_device(SOURCE, since="6.12"),
        *written_to_device(SOURCE),
        bind(
            "swap_device.nonrotational",
            True,
            because="the superblock has no block device",
            source=CLAIM,
        ),
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """swap-file-btrfs."""
    return (BACKEND,)
