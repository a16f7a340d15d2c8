"""SCSI and SATA disks: stable writes with DIX or an iSCSI data digest."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous

SOURCE = Source("drivers/scsi/sd_dif.c", "sd_dif_config_host")

BACKEND = Backend(
    name="scsi",
    summary="SCSI or SATA disk; stable writes if the host adapter exchanges protection data",
    source=SOURCE,
    bindings=asynchronous(SOURCE),
    remarks=(
        "stable writes: with DIX, that is, if the host adapter exchanges protection data "
        "(DIF on the target alone does not count), or iSCSI with a data digest; else no",
        "since 6.11 queue/stable_writes in sysfs does not show the integrity checksum",
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """scsi."""
    return (BACKEND,)
