"""A swap file on CIFS or SMB: there is no block device, hence none of its flags."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind
from swapin_linux.backends import (
    BLKDEV,
    CLAIM,
    FS_OPS,
    INSIDE,
    RW_PAGE,
    SEEN,
    SOLIDSTATE,
    STABLE,
    SYNCHRONOUS,
)

SOURCE = Source("fs/smb/client/file.c", "cifs_swap_activate", since="6.1")
EXTENTS = Source("mm/swapfile.c", "setup_swap_extents", until="6.0")

_NO_DEVICE = "there is no block device"

BACKEND = Backend(
    name="swap-file-cifs",
    summary="swap file on CIFS or SMB; no flag of a block device is ever set",
    source=SOURCE,
    role="file",
    bindings=(
        *(
            bind(name, False, because=_NO_DEVICE, source=SOURCE)
            for name in (STABLE, SYNCHRONOUS, RW_PAGE, SOLIDSTATE)
        ),
        bind(FS_OPS, True, until="6.0", because="swap_activate() returned 0", source=EXTENTS),
        bind(
            FS_OPS, True, since="6.1", until="7.2", because="the file system sets it", source=SOURCE
        ),
        bind(
            FS_OPS,
            False,
            since="7.3",
            because="the flag is gone; cifs_swap_ops is used",
            source=SOURCE,
        ),
        bind(BLKDEV, False, because="it is a regular file", source=CLAIM),
        bind("swap_device.nonrotational", True, because=_NO_DEVICE, source=SOURCE),
        bind(INSIDE, False, because="the server completes the write", source=SOURCE),
        bind(SEEN, True, because="the folio is unlocked before the request is sent", source=SOURCE),
    ),
    remarks=(
        "stable writes are never asked for, even where integrity protection of the transport "
        "would want them",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """swap-file-cifs."""
    return (BACKEND,)
