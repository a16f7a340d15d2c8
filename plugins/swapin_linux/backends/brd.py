"""brd: a RAM disk, synchronous as zram is, without stable writes."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, stable_writes, synchronous

SOURCE = Source("drivers/block/brd.c", "brd_alloc")

BACKEND = Backend(
    name="brd",
    summary="brd: RAM disk; synchronous",
    source=SOURCE,
    bindings=(
        stable_writes(False, SOURCE, "the driver copies whole pages and asks for nothing"),
        *synchronous(SOURCE, "copies"),
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """brd."""
    return (BACKEND,)
