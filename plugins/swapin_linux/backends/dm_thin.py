"""dm targets that do not pass integrity on: mirror, thin, snapshot, cache.

Since 6.11 they inherit the feature of the queues below and no guard checksum.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind, inherit
from swapin_linux.backends import INSIDE, INTEGRITY, QUEUE_STABLE, STABLE, STABLE_BY_HAND, stacked

SOURCE = Source("drivers/md/dm-table.c", "dm_table_set_restrictions")
FLAG = Source("drivers/md/dm-table.c", "device_requires_stable_pages", until="6.10")
STACK = Source("block/blk-settings.c", "blk_stack_limits", since="6.11")
PASSES = Source("include/linux/device-mapper.h", "dm_target_passes_integrity")

_ANY = "a device below asked for stable writes when the table was loaded"
_NOT_PASSED = "the target does not pass integrity on"

BACKEND = Backend(
    name="dm-thin",
    summary="dm-mirror, thin, snapshot or cache; stable writes as the devices below",
    source=SOURCE,
    over=("disk",),
    bindings=(
        inherit(STABLE, until="6.10", because=_ANY, source=FLAG),
        inherit(STABLE, below=QUEUE_STABLE, since="6.11", because=_ANY, source=STACK),
        bind(INTEGRITY, False, because=_NOT_PASSED, source=PASSES),
        inherit(INSIDE, only=False, because="a device below completes the write", source=SOURCE),
        *stacked(SOURCE),
    ),
    remarks=(
        "since 6.11 the requirement of a guard checksum below, which the target does not pass on, "
        "is lost: only the feature of the queue is inherited",
        "a later reload of the table does not reach the swap device",
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """dm-thin."""
    return (BACKEND,)
