"""pmem: persistent memory as a block device, synchronous."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, stable_writes, synchronous

SOURCE = Source("drivers/nvdimm/pmem.c", "pmem_attach_disk")

BACKEND = Backend(
    name="pmem",
    summary="pmem: persistent memory; synchronous",
    source=SOURCE,
    bindings=(
        stable_writes(False, SOURCE, "the driver asks for nothing"),
        *synchronous(SOURCE, "copies"),
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """pmem."""
    return (BACKEND,)
