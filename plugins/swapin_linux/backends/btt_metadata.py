"""btt with metadata: up to 6.10 any integrity profile asks for stable writes, even this one.

The profile has no checksum, so since 6.11 it asks for nothing. A device with integrity is never
written by ``rw_page``.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind
from swapin_linux.backends import (
    INSIDE,
    INTEGRITY,
    RW_PAGE,
    SEEN,
    STABLE,
    STABLE_BY_HAND,
    SYNCHRONOUS,
    block_device,
    solidstate,
)

SOURCE = Source("drivers/nvdimm/btt.c", "btt_blk_init")
PROFILE = Source("drivers/nvdimm/core.c", "nd_integrity_init", until="6.10")
WRITE = Source("block/bdev.c", "bdev_write_page", since="6.1", until="6.2")

_NO_CHECKSUM = "the metadata have no checksum type"

BACKEND = Backend(
    name="btt-metadata",
    summary="btt with metadata (an integrity tuple); stable writes up to 6.10",
    source=SOURCE,
    bindings=(
        bind(STABLE, True, until="6.10", because="an integrity profile", source=PROFILE),
        bind(STABLE, False, since="6.11", because=_NO_CHECKSUM, source=SOURCE),
        bind(INTEGRITY, True, until="6.10", because="an integrity profile", source=PROFILE),
        bind(INTEGRITY, False, since="6.11", because=_NO_CHECKSUM, source=SOURCE),
        bind(SYNCHRONOUS, True, because="the driver copies the page itself", source=SOURCE),
        bind(RW_PAGE, False, because="not for a device with integrity", source=WRITE),
        bind(INSIDE, True, because="the driver copies the page itself", source=SOURCE),
        bind(SEEN, True, because="the bio path unlocks the folio first", source=WRITE),
        *block_device(SOURCE),
        solidstate(True, SOURCE, "the driver says that it is not rotational"),
    ),
    settings=(STABLE_BY_HAND,),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """btt-metadata."""
    return (BACKEND,)
