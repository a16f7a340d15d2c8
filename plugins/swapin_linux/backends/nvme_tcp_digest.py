"""NVMe over TCP with a data digest: a CRC over the page while it is sent."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import asynchronous, stable_writes

SOURCE = Source("drivers/nvme/host/core.c", "nvme_alloc_ns")

BACKEND = Backend(
    name="nvme-tcp-data-digest",
    summary="NVMe over TCP with data digest; stable writes",
    source=SOURCE,
    bindings=(
        stable_writes(True, SOURCE, "the data digest is computed while the page is sent"),
        *asynchronous(SOURCE),
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """nvme-tcp-data-digest."""
    return (BACKEND,)
