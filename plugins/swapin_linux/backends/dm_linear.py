"""dm targets that pass integrity on: linear, striped, multipath, delay.

Stable writes come from below: up to 6.10 by the queue's flag of any device, since 6.11 by its
feature or by its guard checksum, which these targets stack.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, inherit
from swapin_linux.backends import INSIDE, INTEGRITY, QUEUE_STABLE, STABLE, STABLE_BY_HAND, stacked

SOURCE = Source("drivers/md/dm-table.c", "dm_table_set_restrictions")
FLAG = Source("drivers/md/dm-table.c", "device_requires_stable_pages", until="6.10")
STACK = Source("block/blk-settings.c", "blk_stack_limits", since="6.11")
CHECKSUM = Source("drivers/md/dm-table.c", "dm_calculate_queue_limits", since="6.11")
PASSES = Source("include/linux/device-mapper.h", "DM_TARGET_PASSES_INTEGRITY")

_ANY = "a device below asked for stable writes when the table was loaded"

BACKEND = Backend(
    name="dm-linear",
    summary="dm-linear, striped, multipath or delay; stable writes as the devices below",
    source=SOURCE,
    over=("disk",),
    bindings=(
        inherit(STABLE, until="6.10", because=_ANY, source=FLAG),
        inherit(STABLE, since="6.11", because=f"{_ANY}, or has a checksum", source=CHECKSUM),
        inherit(QUEUE_STABLE, until="6.10", because=_ANY, source=FLAG),
        inherit(QUEUE_STABLE, since="6.11", because=_ANY, source=STACK),
        inherit(INTEGRITY, because="the target passes integrity on", source=PASSES),
        inherit(INSIDE, only=False, because="a device below completes the write", source=SOURCE),
        *stacked(SOURCE),
    ),
    remarks=(
        "a later reload of the table does not reach the swap device",
        "mirror, thin and snapshot pass no integrity on: take dm-thin",
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """dm-linear."""
    return (BACKEND,)
