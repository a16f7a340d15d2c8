"""ublk: a block device served from user space."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import asynchronous, stable_writes

SOURCE = Source("drivers/block/ublk_drv.c", "ublk_ctrl_start_dev", since="6.0")

BACKEND = Backend(
    name="ublk",
    summary="ublk: block device served from user space",
    source=SOURCE,
    bindings=(
        stable_writes(False, SOURCE, "the driver asks for nothing"),
        *asynchronous(SOURCE),
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """ublk."""
    return (BACKEND,)
