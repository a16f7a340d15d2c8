"""Linux 5.10: reuse_swap_page(): map and swap counts decide, for write faults only.

Only write faults reuse a page: ``reuse_swap_page()`` counts mappings and swap PTEs, and
tests stable writes itself. References by GUP are ignored.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="5.10",
    era="E0",
    summary="reuse_swap_page(): map and swap counts decide, for write faults only",
    evidence=Evidence.OBSERVED,
    source=Source("mm/memory.c", "do_swap_page"),
    page_flags={"lru": 4, "dirty": 3, "head": 16},
    capabilities={
        "kernel.swapcache_bypass": True,
        "kernel.reuse_swap_page": True,
    },
    # With CONFIG_MEMORY_FAILURE, CONFIG_MIGRATION and CONFIG_DEVICE_PRIVATE, here and later.
    entry_kinds=(
        "hwpoison",
        "migration_read",
        "migration_write",
        "device_private_write",
        "device_private_read",
    ),
    trees="v5.10.13 and v5.10.262",
    violates={
        "stable-writes": "reuse_swap_page() makes no test of stable writes for a large page whose "
        "other slots are in use",
    },
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 5.10."""
    return (KERNEL,)
