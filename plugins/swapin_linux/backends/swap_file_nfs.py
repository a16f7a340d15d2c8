"""A swap file on NFS, CIFS or SMB: there is no block device, hence no flag."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind

SOURCE = Source("fs/nfs/file.c", "nfs_swap_activate")

BACKEND = Backend(
    name="swap-file-nfs",
    summary="swap file on NFS, CIFS or SMB; no flag is ever set",
    source=SOURCE,
    bindings=(
        *(
            bind(
                f"swap_device.{flag}",
                False,
                because="there is no block device",
                source=SOURCE,
            )
            for flag in ("stable_writes", "synchronous_io", "rw_page")
        ),
    ),
    remarks=(
        "stable writes are never asked for, even where integrity protection of the transport "
        "would want them",
    ),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """swap-file-nfs."""
    return (BACKEND,)
