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
    changes=(
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
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 5.19."""
    return (KERNEL,)
