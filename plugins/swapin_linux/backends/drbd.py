"""drbd: a device replicated over the network."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind
from swapin_linux.backends import asynchronous

SOURCE = Source("drivers/block/drbd/drbd_main.c", "drbd_create_device")

BACKEND = Backend(
    name="drbd",
    summary="drbd; stable writes since 6.1 at the latest",
    source=SOURCE,
    bindings=(
        bind(
            "swap_device.stable_writes",
            False,
            until="5.10",
            because="the driver asks for nothing",
            source=SOURCE,
        ),
        bind(
            "swap_device.stable_writes",
            True,
            since="6.1",
            because="the page is sent to the peer while it is written",
            source=SOURCE,
        ),
        *asynchronous(SOURCE),
    ),
    remarks=(
        "which release between 5.11 and 6.0 began to ask for stable writes is not known here:"
        " give it",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """drbd."""
    return (BACKEND,)
