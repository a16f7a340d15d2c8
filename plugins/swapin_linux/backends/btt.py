"""btt: persistent memory with atomic sectors, synchronous."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import synchronous

SOURCE = Source("drivers/nvdimm/btt.c", "btt_blk_init")

BACKEND = Backend(
    name="btt",
    summary="btt: block translation table on persistent memory; synchronous",
    source=SOURCE,
    bindings=(*synchronous(SOURCE, "copies"),),
    remarks=(
        "stable writes: up to 6.10 with metadata (an integrity tuple), and then give "
        "swap_device.rw_page=false; else no",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """btt."""
    return (BACKEND,)
