"""Linux 5.14: as 5.10, with the swap device pinned."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="5.14",
    era="E0",
    summary="as 5.10, with the swap device pinned",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="5.13",
    capabilities={
        "kernel.pins_swap_device": True,
        "kernel.device_exclusive_entries": True,
    },
    entry_kinds=(
        "hwpoison",
        "migration_read",
        "migration_write",
        "device_private_write",
        "device_private_read",
        "device_exclusive_write",
        "device_exclusive_read",
    ),
    changes=(
        Change(
            "entries for pages to which a device has exclusive access",
            commit="b756a3b5e7ea",
            title="mm: device exclusive memory access",
        ),
        Change(
            "the swap device is pinned during the fault",
            commit="2799e77529c2",
            title="mm/swap: fix do_swap_page() race with swapoff",
        ),
        Change(
            "there are device exclusive entries",
            commit="b756a3b5e7ea",
            title="mm: device exclusive memory access",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 5.14."""
    return (KERNEL,)
