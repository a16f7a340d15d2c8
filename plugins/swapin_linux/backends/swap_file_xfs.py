"""A swap file on the data device of xfs, whose flags it has in every release."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Backend, Source
from swapin_linux.backends import of_block_device, written_to_device

SOURCE = Source("mm/swapfile.c", "claim_swapfile")

BACKEND = Backend(
    name="swap-file-xfs",
    summary="swap file on the data device of xfs; flags as that device",
    source=SOURCE,
    role="file",
    over=("disk",),
    bindings=(*of_block_device(SOURCE), *written_to_device(SOURCE)),
    remarks=("on a realtime device take swap-file-xfs-realtime",),
)


@hookimpl
def swapin_backends() -> Iterable[Backend]:
    """swap-file-xfs."""
    return (BACKEND,)
