"""NVMe with protection information: the page is checksummed while it is written."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import asynchronous, stable_writes

SOURCE = Source("drivers/nvme/host/core.c", "nvme_init_integrity")

BACKEND = Backend(
    name="nvme-pi",
    summary="NVMe namespace with protection information; stable writes",
    source=SOURCE,
    bindings=(
        stable_writes(True, SOURCE, "the guard checksum is computed of the page"),
        *asynchronous(SOURCE),
    ),
    remarks=("since 6.11 queue/stable_writes in sysfs does not show the integrity checksum",),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """nvme-pi."""
    return (BACKEND,)
