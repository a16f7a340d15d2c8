"""dm-integrity with an internal hash: it asked for stable writes late.

Which trees set the flag of its own is known for those that were read; it depends on the mode
besides, so only what comes from below is bound.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind, inherit
from swapin_linux.backends import INSIDE, QUEUE_STABLE, STABLE, STABLE_BY_HAND, stacked

SOURCE = Source("drivers/md/dm-integrity.c", "dm_integrity_io_hints")
FLAG = Source("drivers/md/dm-table.c", "device_requires_stable_pages", until="6.10")
STACK = Source("block/blk-settings.c", "blk_stack_limits", since="6.11")

_ANY = "the device below asked for stable writes when the table was loaded"

BACKEND = Backend(
    name="dm-integrity",
    summary="dm-integrity; stable writes by mode and by tree",
    source=SOURCE,
    over=("disk",),
    bindings=(
        inherit(STABLE, until="5.10", because=_ANY, source=FLAG),
        inherit(STABLE, only=True, since="5.11", until="6.10", because=_ANY, source=FLAG),
        inherit(STABLE, below=QUEUE_STABLE, only=True, since="6.11", because=_ANY, source=STACK),
        bind(INSIDE, False, because="worker threads write journal and tags", source=SOURCE),
        *stacked(SOURCE),
    ),
    remarks=(
        "stable writes: with an internal hash in modes D, B and I in v6.1.192, v6.12.117, "
        "v6.12.118, v7.2.13 and v7.3.4; not in v5.10.262, v6.1.4, v6.12.8, v6.18.15, "
        "v6.19.11, v7.1.13 and v7.2.12, which have a gap",
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """dm-integrity."""
    return (BACKEND,)
