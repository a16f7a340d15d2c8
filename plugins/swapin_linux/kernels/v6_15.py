"""Linux 6.15: as 6.12; pages of large folios are reused by their MM ids."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.15",
    era="E4",
    summary="as 6.12; pages of large folios are reused by their MM ids",
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
            "do_wp_page() can reuse a page of a large folio of which this process has all mappings",
            commit="1da190f4d0a6",
            title="mm: Copy-on-Write (COW) reuse support for PTE-mapped THP",
        ),
        Change(
            "a device private page is brought back with its page lock held",
            commit="1afaeb8293c9",
            title="mm/migrate: Trylock device page in do_swap_page",
        ),
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
