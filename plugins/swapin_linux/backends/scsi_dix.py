"""SCSI with DIX: host adapter and kernel exchange protection data."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous, integrity

SOURCE = Source("drivers/scsi/sd_dif.c", "sd_dif_config_host")

BACKEND = Backend(
    name="scsi-dix",
    summary="SCSI disk with DIX; stable writes",
    source=SOURCE,
    bindings=(
        *integrity(SOURCE, "protection data are computed of the page"),
        *asynchronous(SOURCE),
    ),
    remarks=(
        "scsi_debug with dix=1 dif=1 is a stand-in in software",
        "since 6.11 queue/stable_writes in sysfs does not show the integrity checksum",
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """scsi-dix."""
    return (BACKEND,)
