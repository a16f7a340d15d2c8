"""btt: persistent memory with atomic sectors, synchronous."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind
from swapin_linux.backends import STABLE_BY_HAND, synchronous

SOURCE = Source("drivers/nvdimm/btt.c", "btt_blk_init")

BACKEND = Backend(
    name="btt",
    summary="btt: block translation table on persistent memory; synchronous",
    source=SOURCE,
    bindings=(
        bind(
            "swap_device.stable_writes",
            False,
            since="6.11",
            because="the driver asks for nothing, and its metadata have no checksum",
            source=SOURCE,
        ),
        *synchronous(SOURCE, "copies"),
    ),
    remarks=("stable writes: up to 6.10 with metadata (take btt-metadata); else no",),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """btt."""
    return (BACKEND,)
