"""Linux 6.2: as 6.1; a swap-in error is a PTE marker."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.2",
    era="E3",
    summary="as 6.1; a swap-in error is a PTE marker",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    page_flags={},
    after="6.1",
    capabilities={
        "kernel.swapin_error_entries": False,
        "kernel.poisoned_markers": True,
        "kernel.anon_markers": True,
    },
    entry_kinds=(
        "hwpoison",
        "migration_read",
        "migration_read_exclusive",
        "migration_write",
        "device_private_write",
        "device_private_read",
        "device_exclusive_write",
        "device_exclusive_read",
        "pte_marker",
    ),
    marker_bits={"uffd_wp": 1 << 0, "swapin_error": 1 << 1},
    changes=(
        Change(
            "a swap-in error is a PTE marker, no entry type of its own",
            commit="15520a3f0469",
            title="mm: use pte markers for swap errors",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.2."""
    return (KERNEL,)
