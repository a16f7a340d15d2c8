"""The head of an NVMe multipath: it asks for what a path asks for."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind, inherit
from swapin_linux.backends import INSIDE, INTEGRITY, QUEUE_STABLE, STABLE, STABLE_BY_HAND, stacked

SOURCE = Source("drivers/nvme/host/multipath.c", "nvme_mpath_alloc_disk")
FLAG = Source("drivers/nvme/host/multipath.c", "nvme_mpath_add_disk", until="6.10")
STACK = Source("drivers/nvme/host/core.c", "nvme_update_ns_info", since="6.11")

_COPIED = "the flag is copied when a path with it is added"
_STACKED = "limits and integrity of the path are stacked"

BACKEND = Backend(
    name="nvme-multipath",
    summary="head of an NVMe multipath; stable writes as its paths",
    source=SOURCE,
    over=("disk",),
    bindings=(
        inherit(STABLE, until="6.10", because=_COPIED, source=FLAG),
        inherit(STABLE, since="6.11", because=_STACKED, source=STACK),
        inherit(QUEUE_STABLE, until="6.10", because=_COPIED, source=FLAG),
        inherit(QUEUE_STABLE, since="6.11", because=_STACKED, source=STACK),
        inherit(INTEGRITY, because="the head has the integrity of its namespace", source=STACK),
        bind(INSIDE, False, because="a path completes the write by interrupt", source=SOURCE),
        *stacked(SOURCE),
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """nvme-multipath."""
    return (BACKEND,)
