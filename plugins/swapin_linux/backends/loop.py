"""loop: a block device over a file or a device. It inherits no requirement from below."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, inherit
from swapin_linux.backends import SOLIDSTATE, STABLE_BY_HAND, asynchronous, stable_writes

SOURCE = Source("drivers/block/loop.c", "loop_add")
ROTATIONAL = Source("drivers/block/loop.c", "loop_update_rotational", until="6.1")

BACKEND = Backend(
    name="loop",
    summary="loop device; inherits neither stable writes nor synchronous I/O",
    source=SOURCE,
    # A file, or a device as its file: where both may lie, a file system may lie below a target.
    over=("file", "disk"),
    bindings=(
        stable_writes(
            False, SOURCE, "the requirement of the device below the file is not inherited"
        ),
        *asynchronous(SOURCE),
        inherit(
            SOLIDSTATE,
            below="swap_device.nonrotational",
            because="rotational as the block device of the file",
            source=ROTATIONAL,
        ),
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """loop."""
    return (BACKEND,)
