"""ublk: a block device served from user space."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind
from swapin_linux.backends import STABLE_BY_HAND, asynchronous

SOURCE = Source("drivers/block/ublk_drv.c", "ublk_ctrl_start_dev", since="6.0")

BACKEND = Backend(
    name="ublk",
    summary="ublk: block device served from user space",
    source=SOURCE,
    bindings=(
        bind(
            "swap_device.stable_writes",
            False,
            until="6.12",
            because="the driver asks for nothing",
            source=SOURCE,
        ),
        *asynchronous(SOURCE),
    ),
    remarks=(
        "stable writes: in 7.2 and 7.3, if the server sets integrity with a checksum; which "
        "release between 6.13 and 7.1 began with it is not known here: give it",
        "the server says whether the device is rotational",
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """ublk."""
    return (BACKEND,)
