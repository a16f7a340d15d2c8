"""md raid0, raid1 and raid10: stable writes come from the members.

Up to 6.10 md copies no queue flag; it only registers an integrity profile that all members
have, which asks for stable writes. Since 6.11 it stacks limits and integrity.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, inherit
from swapin_linux.backends import INSIDE, INTEGRITY, QUEUE_STABLE, STABLE, STABLE_BY_HAND, stacked

SOURCE = Source("drivers/md/md.c", "md_run")
PROFILE = Source("drivers/md/md.c", "md_integrity_register", until="6.10")
STACK = Source("drivers/md/md.c", "mddev_stack_rdev_limits", since="6.11")

_COMMON = (
    "an integrity profile common to all members is registered for the array; no flag is copied"
)
_ANY = "the feature of any member, or a checksum common to all, is stacked"

BACKEND = Backend(
    name="md-raid1",
    summary="md raid0, raid1 or raid10; stable writes as the members",
    source=SOURCE,
    over=("disk",),
    bindings=(
        inherit(STABLE, below=INTEGRITY, until="6.10", because=_COMMON, source=PROFILE),
        inherit(STABLE, since="6.11", because=_ANY, source=STACK),
        inherit(QUEUE_STABLE, below=INTEGRITY, until="6.10", because=_COMMON, source=PROFILE),
        inherit(QUEUE_STABLE, since="6.11", because=_ANY, source=STACK),
        inherit(INTEGRITY, until="6.10", because=_COMMON, source=PROFILE),
        inherit(INTEGRITY, since="6.11", because=_ANY, source=STACK),
        inherit(INSIDE, only=False, because="a member completes the write", source=SOURCE),
        *stacked(SOURCE),
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """md-raid1."""
    return (BACKEND,)
