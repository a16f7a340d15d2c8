"""Linux 6.15: as 6.12."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.15",
    era="E4",
    summary="as 6.12",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.14",
    capabilities={
        "kernel.wp_refuses_large": False,
        "kernel.wp_reuses_large": True,
        "kernel.device_private_locks": True,
    },
    entry_kinds=(
        "hwpoison",
        "migration_read",
        "migration_read_exclusive",
        "migration_write",
        "device_private_write",
        "device_private_read",
        "device_exclusive",
        "pte_marker",
    ),
    changes=(
        Change(
            "one kind of device exclusive entry in place of two",
            commit="c25465eb7630",
            title="mm: use single SWP_DEVICE_EXCLUSIVE entry type",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.15."""
    return (KERNEL,)
