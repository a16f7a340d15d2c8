"""NVMe: whether writes must be stable depends on the namespace and the transport.

Protection information and the NVMe/TCP data digest checksum the page while it is written.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous, solidstate

SOURCE = Source("drivers/nvme/host/core.c", "nvme_alloc_ns")

BACKEND = Backend(
    name="nvme",
    summary="NVMe namespace; stable writes with protection information or a data digest",
    source=SOURCE,
    bindings=(
        *asynchronous(SOURCE),
        solidstate(True, SOURCE, "the driver says that it is not rotational", until="6.12"),
    ),
    remarks=(
        "stable writes: up to 6.10 with any registered integrity profile, since 6.11 if a"
        " guard checksum is configured; with NVMe/TCP if the data digest is on; else no",
        "since 6.11 queue/stable_writes in sysfs does not show the integrity checksum",
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """nvme."""
    return (BACKEND,)
