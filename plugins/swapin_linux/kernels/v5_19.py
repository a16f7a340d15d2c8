"""Linux 5.19: the marker in the swap PTE decides, for read and write faults.

A page that was exclusive when it was swapped out is exclusive again, on read faults too, unless
it is under writeback on a device that requires stable writes.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="5.19",
    era="E2",
    summary="the marker in the swap PTE decides, for read and write faults",
    evidence=Evidence.SOURCE_CHECKED,
    source=Source("mm/memory.c", "do_swap_page"),
    after="5.18",
    capabilities={
        "kernel.anon_exclusive": True,
        "kernel.swp_exclusive_bit": True,
        "kernel.swapin_error_entries": True,
        "kernel.pte_markers": True,
    },
    trees="commit 1493a1913e34",
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
        "swapin_error",
    ),
    # With CONFIG_PTE_MARKER, which an option of userfaultfd selects.
    marker_bits={"uffd_wp": 1 << 0},
    changes=(
        Change(
            "entries that mark a place, and nothing else",
            commit="679d10331910",
            title="mm: introduce PTE_MARKER swap entry",
        ),
        Change(
            "an entry for a page that swapoff could not read",
            commit="9f186f9e5fa9",
            title="mm/swapfile: unuse_pte can map random data if swap read fails",
        ),
        Change(
            "PG_anon_exclusive marks exclusive pages, and do_wp_page() reuses them without a test",
            commit="6c287605fd56",
            title="mm: remember exclusively mapped anonymous pages with PG_anon_exclusive",
        ),
        Change(
            "the swap PTE remembers the flag, on x86-64, arm64, s390 and ppc64 book3s",
            commit="1493a1913e34",
            title="mm/swap: remember PG_anon_exclusive via a swp pte bit",
        ),
        Change(
            "there are PTE markers",
            commit="679d10331910",
            title="mm: introduce PTE_MARKER swap entry",
        ),
        Change(
            "a page that swapoff could not read leaves a swap-in error entry",
            commit="9f186f9e5fa9",
            title="mm/swapfile: unuse_pte can map random data if swap read fails",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 5.19."""
    return (KERNEL,)
