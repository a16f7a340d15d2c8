"""loop: a block device over a file. It inherits no requirement from below."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import asynchronous, stable_writes

SOURCE = Source("drivers/block/loop.c", "loop_add")

BACKEND = Backend(
    name="loop",
    summary="loop device",
    source=SOURCE,
    bindings=(
        stable_writes(
            False, SOURCE, "the requirement of the device below the file is not inherited"
        ),
        *asynchronous(SOURCE),
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """loop."""
    return (BACKEND,)
