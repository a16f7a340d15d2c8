"""NVMe with protection information: the page is checksummed while it is written."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous, integrity, solidstate

SOURCE = Source("drivers/nvme/host/core.c", "nvme_init_integrity")
DRIVER = Source("drivers/nvme/host/core.c", "nvme_alloc_ns")

BACKEND = Backend(
    name="nvme-pi",
    summary="NVMe namespace with protection information; stable writes",
    source=SOURCE,
    bindings=(
        *integrity(SOURCE, "the guard checksum is computed of the page"),
        *asynchronous(DRIVER),
        solidstate(True, DRIVER, "the driver says that it is not rotational", until="6.12"),
    ),
    remarks=("since 6.11 queue/stable_writes in sysfs does not show the integrity checksum",),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """nvme-pi."""
    return (BACKEND,)
