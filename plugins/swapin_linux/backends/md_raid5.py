"""md raid5 and raid6: parity is computed from the page itself if ``skip_copy`` is set."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Setting, Source, bind, inherit
from swapin_linux.backends import INSIDE, INTEGRITY, QUEUE_STABLE, STABLE, STABLE_BY_HAND, stacked

SOURCE = Source("drivers/md/raid5.c", "raid5_store_skip_copy")
STACK = Source("drivers/md/md.c", "mddev_stack_rdev_limits", since="6.11")

BACKEND = Backend(
    name="md-raid5",
    summary="md raid5 or raid6; stable writes if skip_copy=1",
    source=SOURCE,
    over=("disk",),
    bindings=(
        # What skip_copy says is open, so a member's no settles nothing.
        inherit(
            STABLE,
            below=QUEUE_STABLE,
            only=True,
            since="6.11",
            because="the feature of any member is stacked",
            source=STACK,
        ),
        bind(INTEGRITY, False, because="raid5 stacks no integrity", source=STACK),
        bind(INSIDE, False, because="the stripe is written by raid5d", source=SOURCE),
        *stacked(SOURCE),
    ),
    remarks=(
        "stable writes: if skip_copy=1 in sysfs at swapon; since 6.11 also if a member "
        "requires them",
    ),
    settings=(
        Setting(
            setting="md/skip_copy=1",
            fact=STABLE,
            value=True,
            when="before swapon",
            source=SOURCE,
        ),
        STABLE_BY_HAND,
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """md-raid5."""
    return (BACKEND,)
