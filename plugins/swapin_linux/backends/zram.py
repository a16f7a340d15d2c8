"""zram: a compressed RAM disk that reads the page while it writes.

Up to 6.2 the folio lock is held across ``rw_page``, so a fault cannot see writeback. Since 6.3
it can, for the duration of one compression.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, own_flag, synchronous

SOURCE = Source("drivers/block/zram/zram_drv.c", "zram_add")

BACKEND = Backend(
    name="zram",
    summary="zram: compressed RAM disk; stable writes, synchronous",
    source=SOURCE,
    bindings=(
        *own_flag(SOURCE, "zram reads the page while it compresses it"),
        *synchronous(SOURCE, "compresses"),
    ),
    remarks=(
        "up to 6.0 a backing_dev set before swapon takes rw_page away: give "
        "swap_device.rw_page=false and swap_device.synchronous_io=false",
        "up to 6.2 a large folio, or a retry after an rw_page error, is written by bio: "
        "give swap_device.rw_page=false",
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """zram."""
    return (BACKEND,)
