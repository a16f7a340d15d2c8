"""zram: a compressed RAM disk that reads the page while it writes.

Up to 6.2 the folio lock is held across ``rw_page``, so a fault cannot see writeback. Since 6.3
it can, for the duration of one compression.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind

SOURCE = Source("drivers/block/zram/zram_drv.c", "zram_add")

BACKEND = Backend(
    name="zram",
    summary="zram: compressed RAM disk; stable writes, synchronous",
    source=SOURCE,
    bindings=(
        bind(
            "swap_device.stable_writes",
            True,
            because="zram reads the page while it compresses it",
            source=SOURCE,
        ),
        bind(
            "swap_device.synchronous_io",
            True,
            because="zram compresses and decompresses in the submitting context",
            source=SOURCE,
        ),
        bind(
            "swap_device.rw_page",
            True,
            until="6.2",
            because="rw_page compresses with the folio lock held",
            source=SOURCE,
        ),
        bind(
            "swap_device.rw_page",
            False,
            since="6.3",
            because="rw_page is gone; the folio is unlocked before submit_bio_wait()",
            source=SOURCE,
        ),
    ),
    remarks=(
        "up to 6.0 a backing_dev set before swapon takes rw_page away: give "
        "swap_device.rw_page=false and swap_device.synchronous_io=false",
        "up to 6.2 a large folio, or a retry after an rw_page error, is written by bio: "
        "give swap_device.rw_page=false",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """zram."""
    return (BACKEND,)
