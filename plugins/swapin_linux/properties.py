"""Properties of swap devices beside the facts: flags and habits that no rule reads."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Property, Source

PROPERTIES = (
    Property(
        name="swap_device.solidstate",
        meaning="SWP_SOLIDSTATE: the block device is not rotational",
        source=Source("mm/swapfile.c", "swapon"),
    ),
    Property(
        name="swap_device.fs_ops",
        meaning="SWP_FS_OPS: swap goes through the operations of a file system; since 7.3 the "
        "flag is gone, and the device has swap_ops in its place",
        source=Source("include/linux/swap.h", "SWP_FS_OPS", until="7.2"),
    ),
    Property(
        name="swap_device.blkdev",
        meaning="SWP_BLKDEV: swap on a block special file",
        source=Source("include/linux/swap.h", "SWP_BLKDEV"),
    ),
    Property(
        name="swap_device.queue_stable_writes",
        meaning="queue/stable_writes in sysfs reads 1: QUEUE_FLAG_STABLE_WRITES up to 6.10, "
        "BLK_FEAT_STABLE_WRITES since 6.11",
        source=Source("block/blk-sysfs.c", "queue_stable_writes"),
        # Where no integrity overrides it, what sysfs shows is what swapon latches.
        otherwise="swap_device.stable_writes",
    ),
    Property(
        name="swap_device.integrity",
        meaning="an integrity profile is registered (up to 6.10), or a guard checksum, csum_type, "
        "is configured (since 6.11; sysfs does not show that writes must then be stable)",
        source=Source("include/linux/blkdev.h", "bdev_stable_writes", since="6.1"),
        implies="swap_device.stable_writes",
    ),
    Property(
        name="swap_device.nonrotational",
        meaning="what loop takes: the block device of the superblock is not rotational, or there "
        "is none",
        source=Source("drivers/block/loop.c", "loop_update_rotational", until="6.1"),
        otherwise="swap_device.solidstate",
    ),
    Property(
        name="swap_device.writes_inside",
        meaning="a write completes inside submit_bio(), in the context that submits it",
        source=Source("mm/page_io.c", "__swap_writepage"),
    ),
    Property(
        name="swap_device.writeback_seen",
        meaning="a fault can find a page under writeback, for the folio is unlocked before the "
        "write has ended",
        source=Source("mm/page_io.c", "__swap_writepage"),
    ),
)


@hookimpl
def swapin_properties() -> Iterable[Property]:
    """The properties of swap devices."""
    return PROPERTIES
