"""NVMe: whether writes must be stable depends on the namespace and the transport.

Protection information and the NVMe/TCP data digest checksum the page while it is written.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind

SOURCE = Source("drivers/nvme/host/core.c", "nvme_alloc_ns")

BACKEND = Backend(
    name="nvme",
    summary="NVMe namespace; stable writes with protection information or a data digest",
    source=SOURCE,
    bindings=(
        bind(
            "swap_device.synchronous_io",
            False,
            because="the driver completes I/O asynchronously",
            source=SOURCE,
        ),
        bind("swap_device.rw_page", False, because="the driver has no rw_page", source=SOURCE),
    ),
    remarks=(
        "stable writes: up to 6.10 with any registered integrity profile, since 6.11 if a"
        " guard checksum is configured; with NVMe/TCP if the data digest is on; else no",
        "since 6.11 queue/stable_writes in sysfs does not show the integrity checksum",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """nvme."""
    return (BACKEND,)
