"""md raid5 and raid6: parity is computed from the page itself if ``skip_copy`` is set."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import asynchronous

SOURCE = Source("drivers/md/raid5.c", "raid5_store_skip_copy")

BACKEND = Backend(
    name="md-raid5",
    summary="md raid5 or raid6; stable writes if skip_copy=1",
    source=SOURCE,
    bindings=asynchronous(SOURCE),
    remarks=(
        "stable writes: if skip_copy=1 in sysfs at swapon; since 6.11 also if a member "
        "requires them",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """md-raid5."""
    return (BACKEND,)
