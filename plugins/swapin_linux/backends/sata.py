"""SATA and SAS disks without integrity."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous, stable_writes

SOURCE = Source("drivers/scsi/sd.c", "sd_probe")

BACKEND = Backend(
    name="sata",
    summary="SATA or SAS disk without integrity",
    source=SOURCE,
    bindings=(
        stable_writes(False, SOURCE, "the driver asks for nothing"),
        *asynchronous(SOURCE),
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """sata."""
    return (BACKEND,)
