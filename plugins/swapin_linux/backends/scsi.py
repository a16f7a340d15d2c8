"""SCSI and SATA disks: stable writes with DIX or an iSCSI data digest."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind

SOURCE = Source("drivers/scsi/sd_dif.c", "sd_dif_config_host")

BACKEND = Backend(
    name="scsi",
    summary="SCSI or SATA disk; stable writes if the host adapter exchanges protection data",
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
        "stable writes: with DIX, that is, if the host adapter exchanges protection data "
        "(DIF on the target alone does not count), or iSCSI with a data digest; else no",
        "since 6.11 queue/stable_writes in sysfs does not show the integrity checksum",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """scsi."""
    return (BACKEND,)
