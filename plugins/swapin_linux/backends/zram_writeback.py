"""zram with a backing device: up to 6.0 it loses rw_page, and with it the folio lock.

This opens the window of the stable-writes path, not because writes become asynchronous: they
still complete while they are submitted.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind
from swapin_linux.backends import (
    INSIDE,
    SEEN,
    STABLE_BY_HAND,
    block_device,
    own_flag,
    solidstate,
)

SOURCE = Source("drivers/block/zram/zram_drv.c", "backing_dev_store")

BACKEND = Backend(
    name="zram-backing-dev",
    summary="zram with a backing_dev set before swapon; stable writes",
    source=SOURCE,
    bindings=(
        *own_flag(SOURCE, "zram reads the page while it compresses it"),
        bind(
            "swap_device.synchronous_io",
            False,
            until="6.0",
            because="the disk has no rw_page any more",
            source=SOURCE,
        ),
        bind(
            "swap_device.rw_page",
            False,
            until="6.0",
            because="setting the backing device takes rw_page away",
            source=SOURCE,
        ),
        bind(
            "swap_device.synchronous_io",
            True,
            since="6.1",
            because="zram compresses in the submitting context",
            source=SOURCE,
        ),
        bind(
            "swap_device.rw_page",
            True,
            since="6.1",
            until="6.2",
            because="rw_page is exposed even with a backing device",
            source=SOURCE,
        ),
        bind(
            "swap_device.rw_page",
            False,
            since="6.3",
            because="rw_page is gone",
            source=SOURCE,
        ),
        bind(SEEN, True, until="6.0", because="the bio path unlocks the folio", source=SOURCE),
        bind(
            SEEN,
            False,
            since="6.1",
            until="6.2",
            because="rw_page keeps the folio lock",
            source=SOURCE,
        ),
        bind(SEEN, True, since="6.3", because="rw_page is gone", source=SOURCE),
        bind(INSIDE, True, because="only reads of slots written back wait", source=SOURCE),
        *block_device(SOURCE),
        solidstate(True, SOURCE, "the driver says that it is not rotational"),
    ),
    # The backing device takes old slots; none of its flags comes through.
    over=("disk",),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """zram-backing-dev."""
    return (BACKEND,)
