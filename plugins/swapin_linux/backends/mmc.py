"""MMC and SD cards on a native bus."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import STABLE_BY_HAND, asynchronous, solidstate, stable_writes

SOURCE = Source("drivers/mmc/core/queue.c", "mmc_init_queue")

BACKEND = Backend(
    name="mmc",
    summary="MMC or SD card, native bus",
    source=SOURCE,
    bindings=(
        stable_writes(False, SOURCE, "the driver asks for nothing"),
        *asynchronous(SOURCE),
        solidstate(True, SOURCE, "the driver says that it is not rotational"),
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """mmc."""
    return (BACKEND,)
