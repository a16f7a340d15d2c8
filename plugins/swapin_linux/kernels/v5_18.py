"""Linux 5.18: references decide, for write faults only.

No stable-writes test is needed: a page under writeback cannot leave the swap cache, so its
reference count stays above one.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="5.18",
    era="E1",
    summary="references decide, for write faults only",
    evidence=Evidence.SOURCE_CHECKED,
    source=Source("mm/memory.c", "do_swap_page"),
    after="5.17",
    capabilities={
        "kernel.reuse_swap_page": False,
        "kernel.sole_reference_reuse": True,
        "kernel.free_before_map": True,
        "kernel.wp_frees_swapcache": True,
    },
    trees="commit c145e0b47c77",
    violates={"stable-writes": ""},
    changes=(
        Change(
            "a write fault reuses a fresh page, or one to which it holds the only reference",
            commit="c145e0b47c77",
            title="mm: streamline COW logic in do_swap_page()",
        ),
        Change(
            "do_wp_page() frees the swap cache before it counts references",
            title="mm: optimize do_wp_page() for exclusive pages in the swapcache",
        ),
        Change(
            "do_wp_page() drains the local LRU batch",
            title="mm: optimize do_wp_page() for fresh pages in local LRU pagevecs",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 5.18."""
    return (KERNEL,)
