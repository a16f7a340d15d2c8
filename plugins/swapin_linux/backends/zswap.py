"""zswap in front of a swap device: the flags are those of the device, whoever takes the page.

A page that zswap takes reaches no device. Up to the frontswap removal (6.6) its writeback is
started and ended in one go, with the folio unlocked between; from 6.12 at the latest it is never
started. The shrinker later writes a new folio of the swap cache to the device.
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

SOURCE = Source("mm/zswap.c", "zswap_pool")
SHRINKER = Source("mm/zswap.c", "zswap_writeback_entry")

_FLAGS = (STABLE, QUEUE_STABLE, INTEGRITY, SYNCHRONOUS, SOLIDSTATE, FS_OPS, BLKDEV, INSIDE)

BACKEND = Backend(
    name="zswap",
    summary="zswap in front of a swap device; flags of that device",
    source=SOURCE,
    role="cache",
    over=("disk", "file"),
    bindings=(
        *(
            inherit(name, because="si->flags are those of the real device", source=SOURCE)
            for name in _FLAGS
        ),
        # A page that zswap took was not written by rw_page, so that a yes stays open.
        inherit(
            RW_PAGE,
            only=False,
            because="the shrinker writes to the device",
            source=SHRINKER,
        ),
        bind(
            SEEN,
            True,
            until="6.5",
            because="a store starts writeback, unlocks the folio and ends writeback",
            source=SOURCE,
        ),
        # For the shrinker; a page that was stored is another matter (swap_device.zswap_stored).
        inherit(SEEN, since="6.6", because="the shrinker writes to the device", source=SHRINKER),
    ),
    remarks=(
        "swap_device.zswap_stored=true: zswap holds the page; up to the frontswap removal (6.6) "
        "writeback is then seen for a few instructions, from 6.12 (read) never",
        "after the shrinker wrote the page to the device, swap_device.zswap_stored=false",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """zswap."""
    return (BACKEND,)
