"""md raid0, raid1 and raid10: stable writes come from the members."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import asynchronous

SOURCE = Source("drivers/md/md.c", "md_integrity_register")

BACKEND = Backend(
    name="md-raid1",
    summary="md raid0, raid1 or raid10; stable writes as the members",
    source=SOURCE,
    bindings=asynchronous(SOURCE),
    remarks=(
        "stable writes: up to 6.10 only through an integrity profile common to all members, "
        "since 6.11 inherited from any member",
        "nothing stacked is synchronous, whatever is below",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """md-raid1."""
    return (BACKEND,)
