"""rbd (Ceph): the most ordinary device with stable writes and asynchronous completion."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import asynchronous, stable_writes

SOURCE = Source("drivers/block/rbd.c", "rbd_init_disk")

BACKEND = Backend(
    name="rbd",
    summary="rbd (Ceph); stable writes by default",
    source=SOURCE,
    bindings=(
        stable_writes(True, SOURCE, "the messenger computes a CRC of the page while it is sent"),
        *asynchronous(SOURCE),
    ),
    remarks=("mapped with nocrc no stable writes: give swap_device.stable_writes=false",),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """rbd."""
    return (BACKEND,)
