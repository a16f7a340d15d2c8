"""NVMe over TCP with a data digest: a CRC over the page while it is sent."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous, own_flag, solidstate

SOURCE = Source("drivers/nvme/host/core.c", "nvme_alloc_ns")

BACKEND = Backend(
    name="nvme-tcp-data-digest",
    summary="NVMe over TCP with data digest; stable writes",
    source=SOURCE,
    bindings=(
        *own_flag(SOURCE, "the data digest is computed while the page is sent"),
        *asynchronous(SOURCE),
        solidstate(True, SOURCE, "the driver says that it is not rotational", until="6.12"),
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """nvme-tcp-data-digest."""
    return (BACKEND,)
