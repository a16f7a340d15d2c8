"""brd: a RAM disk, synchronous as zram is, without stable writes."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind

SOURCE = Source("drivers/block/brd.c", "brd_alloc")

BACKEND = Backend(
    name="brd",
    summary="brd: RAM disk; synchronous",
    source=SOURCE,
    bindings=(
        bind(
            "swap_device.stable_writes",
            False,
            because="the driver copies whole pages and asks for nothing",
            source=SOURCE,
        ),
        bind(
            "swap_device.synchronous_io",
            True,
            because="brd copies in the submitting context",
            source=SOURCE,
        ),
        bind(
            "swap_device.rw_page",
            True,
            until="6.2",
            because="rw_page copies with the folio lock held",
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
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """brd."""
    return (BACKEND,)
