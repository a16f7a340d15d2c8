"""dm-crypt: encrypts into its own pages, and inherits stable writes from the device below.

Since 6.11 it inherits the feature only: a guard checksum is not passed on, and need not be, since
the page that is checksummed is dm-crypt's.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind, inherit
from swapin_linux.backends import INSIDE, INTEGRITY, QUEUE_STABLE, STABLE, STABLE_BY_HAND, stacked

SOURCE = Source("drivers/md/dm-table.c", "dm_table_set_restrictions")
FLAG = Source("drivers/md/dm-table.c", "device_requires_stable_pages", until="6.10")
STACK = Source("block/blk-settings.c", "blk_stack_limits", since="6.11")
PASSES = Source("include/linux/device-mapper.h", "dm_target_passes_integrity")
CRYPT = Source("drivers/md/dm-crypt.c", "kcryptd_crypt_write_convert")

_ANY = "a device below asked for stable writes when the table was loaded"
_NOT_PASSED = "the target does not pass integrity on"

BACKEND = Backend(
    name="dm-crypt",
    summary="dm-crypt; stable writes as the device below",
    source=SOURCE,
    over=("disk",),
    bindings=(
        inherit(STABLE, until="6.10", because=_ANY, source=FLAG),
        inherit(STABLE, below=QUEUE_STABLE, since="6.11", because=_ANY, source=STACK),
        bind(INTEGRITY, False, because=_NOT_PASSED, source=PASSES),
        bind(INSIDE, False, because="worker threads encrypt", source=CRYPT),
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
    """dm-crypt."""
    return (BACKEND,)
