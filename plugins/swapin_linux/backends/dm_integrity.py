"""dm-integrity with an internal hash: it asked for stable writes late."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import asynchronous

SOURCE = Source("drivers/md/dm-integrity.c", "dm_integrity_io_hints")

BACKEND = Backend(
    name="dm-integrity",
    summary="dm-integrity; stable writes by mode and by tree",
    source=SOURCE,
    bindings=asynchronous(SOURCE),
    remarks=(
        "stable writes: in modes D, B and I in v6.1.192, v6.12.117, v7.2.13 and v7.3.4; not "
        "in v5.10.262, v6.1.4, v6.12.8, v6.18.15, v6.19.11 and v7.1.13, which have a gap",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """dm-integrity."""
    return (BACKEND,)
