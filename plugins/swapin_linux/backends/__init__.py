"""Swap backends, one file each."""

from swapin.model import Binding, Setting, Source, bind, inherit

STABLE = "swap_device.stable_writes"
QUEUE_STABLE = "swap_device.queue_stable_writes"
SYNCHRONOUS = "swap_device.synchronous_io"
RW_PAGE = "swap_device.rw_page"
SOLIDSTATE = "swap_device.solidstate"
FS_OPS = "swap_device.fs_ops"
BLKDEV = "swap_device.blkdev"
INTEGRITY = "swap_device.integrity"
INSIDE = "swap_device.writes_inside"
SEEN = "swap_device.writeback_seen"

CLAIM = Source("mm/swapfile.c", "claim_swapfile")
"""Where swapon finds out what it was given."""

STABLE_BY_HAND = Setting(
    setting="queue/stable_writes=1",
    fact=STABLE,
    value=True,
    when="before swapon, or before the dm table or md array above is made",
    source=Source("block/blk-sysfs.c", "queue_stable_writes"),
)
"""Any block device can be told to ask for stable writes."""


def block_device(source: Source) -> tuple[Binding, Binding]:
    """Bind what holds of every block device: swap does not go through a file system."""
    because = "swap on a block device needs no file system"
    return (
        bind(FS_OPS, False, because=because, source=source),
        bind(BLKDEV, True, because="it is a block special file", source=CLAIM),
    )


def asynchronous(source: Source) -> tuple[Binding, ...]:
    """Bind what holds for a driver that completes I/O by interrupt, timer or worker.

    :param source: the driver.
    """
    return (
        bind(SYNCHRONOUS, False, because="the driver completes I/O asynchronously", source=source),
        bind(RW_PAGE, False, because="the driver has no rw_page", source=source),
        bind(INSIDE, False, because="the driver completes I/O asynchronously", source=source),
        bind(
            SEEN, True, because="the folio is unlocked before the bio is submitted", source=source
        ),
        *block_device(source),
    )


def stacked(source: Source, rotation_since: str | None = None) -> tuple[Binding, ...]:
    """Bind what holds for a block device that is made of others.

    :param source: where the limits of the devices below are stacked.
    :param rotation_since: the first release in which it is rotational as they are.
    """
    because = "synchronous I/O is not inherited: it is not in BLK_FEAT_INHERIT_MASK"
    up_to = "synchronous I/O is not inherited: no rw_page, and since 6.3 no queue flag, of its own"
    return (
        bind(SYNCHRONOUS, False, until="6.10", because=up_to, source=source),
        bind(
            SYNCHRONOUS,
            False,
            since="6.11",
            because=because,
            source=Source("include/linux/blkdev.h", "BLK_FEAT_INHERIT_MASK", since="6.11"),
        ),
        bind(RW_PAGE, False, because="the stacked device has no rw_page", source=source),
        bind(
            SEEN, True, because="the folio is unlocked before the bio is submitted", source=source
        ),
        *block_device(source),
        inherit(
            SOLIDSTATE,
            because="rotational if any device below is; an md array up to 6.10 also if degraded",
            source=source,
            since=rotation_since,
        ),
    )


def synchronous(source: Source, how: str) -> tuple[Binding, ...]:
    """Bind what holds for a driver that completes I/O in the submitting context.

    :param source: the driver.
    :param how: what it does to a page, such as ``copies``.
    """
    gone = "rw_page is gone; the folio is unlocked before submit_bio_wait()"
    locked = f"rw_page {how} the page with the folio lock held"
    inside = f"the driver {how} the page in the submitting context"
    return (
        bind(SYNCHRONOUS, True, because=inside, source=source),
        bind(RW_PAGE, True, until="6.2", because=locked, source=source),
        bind(RW_PAGE, False, since="6.3", because=gone, source=source),
        bind(INSIDE, True, because=inside, source=source),
        bind(SEEN, False, until="6.2", because=locked, source=source),
        bind(SEEN, True, since="6.3", because=gone, source=source),
        *block_device(source),
        solidstate(True, source, "the driver says that it is not rotational"),
    )


def stable_writes(required: bool, source: Source, because: str) -> Binding:
    """Bind whether the driver asks for stable writes.

    :param source: the driver.
    """
    return bind(STABLE, required, because=because, source=source)


def own_flag(source: Source, because: str) -> tuple[Binding, ...]:
    """Bind that the driver asks for stable writes by the queue's flag, without integrity.

    :param source: the driver.
    """
    return (
        bind(STABLE, True, because=because, source=source),
        bind(INTEGRITY, False, because="no integrity is registered", source=source),
    )


def integrity(source: Source, because: str) -> tuple[Binding, ...]:
    """Bind that the device has integrity with a guard checksum, which asks for stable writes.

    :param source: the driver.
    """
    register = Source("block/blk-integrity.c", "blk_integrity_register", until="6.10")
    override = Source("include/linux/blkdev.h", "bdev_stable_writes", since="6.11")
    return (
        bind(STABLE, True, because=because, source=source),
        bind(INTEGRITY, True, because=because, source=source),
        bind(
            QUEUE_STABLE,
            True,
            until="6.10",
            because="registering an integrity profile sets the queue's flag",
            source=register,
        ),
        bind(
            QUEUE_STABLE,
            False,
            since="6.11",
            because="bdev_stable_writes() says yes for the guard checksum, while the feature that "
            "sysfs shows is not set",
            source=override,
        ),
    )


def solidstate(
    value: bool, source: Source, because: str, since: str | None = None, until: str | None = None
) -> Binding:
    """Bind whether the driver says that it is not rotational.

    :param source: the driver.
    """
    return bind(SOLIDSTATE, value, because=because, source=source, since=since, until=until)


def of_block_device(source: Source, since: str | None = None) -> tuple[Binding, ...]:
    """Bind that a swap file takes the flags of the block device of its file system.

    :param source: where the file system's block device is taken.
    :param since: the first release in which the flags follow that device.
    """
    because = "the flags are those of the block device of the file system"
    return tuple(
        inherit(name, because=because, source=source, since=since)
        for name in (STABLE, QUEUE_STABLE, INTEGRITY, SYNCHRONOUS, SOLIDSTATE)
    )


def written_to_device(source: Source) -> tuple[Binding, ...]:
    """Bind that a swap file is written to its block device past the file system.

    :param source: where the device is found.
    """
    because = "swap is written to the device's blocks, past the file system"
    return (
        *(inherit(name, because=because, source=source) for name in (RW_PAGE, INSIDE, SEEN)),
        bind(FS_OPS, False, because=because, source=source),
        bind(BLKDEV, False, because="it is a regular file", source=CLAIM),
    )
