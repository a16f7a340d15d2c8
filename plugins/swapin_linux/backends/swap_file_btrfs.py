"""A swap file on btrfs: no flag is set up to 6.11, since s_bdev is NULL when they are evaluated."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source, bind

SOURCE = Source("mm/swapfile.c", "claim_swapfile")

BACKEND = Backend(
    name="swap-file-btrfs",
    summary="swap file on btrfs; flags of its device since 6.12",
    source=SOURCE,
    bindings=(
        *(
            bind(
                f"swap_device.{flag}",
                False,
                until="6.11",
                because="the file system has no block device when the flags are evaluated",
                source=SOURCE,
            )
            for flag in ("stable_writes", "synchronous_io", "rw_page")
        ),
    ),
    remarks=("since 6.12 the flags are those of the one device that holds the file: give them",),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """swap-file-btrfs."""
    return (BACKEND,)
