"""rbd (Ceph): the most ordinary device with stable writes and asynchronous completion."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Setting, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous, own_flag, solidstate

SOURCE = Source("drivers/block/rbd.c", "rbd_init_disk")

BACKEND = Backend(
    name="rbd",
    summary="rbd (Ceph); stable writes by default",
    source=SOURCE,
    bindings=(
        *own_flag(SOURCE, "the messenger computes a CRC of the page while it is sent"),
        *asynchronous(SOURCE),
        solidstate(True, SOURCE, "the driver says that it is not rotational"),
    ),
    remarks=("mapped with nocrc no stable writes: give swap_device.stable_writes=false",),
    settings=(
        STABLE_BY_HAND,
        Setting(
            setting="nocrc",
            fact="swap_device.stable_writes",
            value=False,
            when="when the image is mapped",
            source=SOURCE,
        ),
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """rbd."""
    return (BACKEND,)
