"""loop: a block device over a file. It inherits no requirement from below."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind

SOURCE = Source("drivers/block/loop.c", "loop_add")

BACKEND = Backend(
    name="loop",
    summary="loop device",
    source=SOURCE,
    bindings=(
        bind(
            "swap_device.stable_writes",
            False,
            because="the requirement of the device below the backing file is not inherited",
            source=SOURCE,
        ),
        bind(
            "swap_device.synchronous_io",
            False,
            because="the driver completes I/O asynchronously",
            source=SOURCE,
        ),
        bind("swap_device.rw_page", False, because="the driver has no rw_page", source=SOURCE),
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """loop."""
    return (BACKEND,)
