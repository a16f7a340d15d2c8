"""Linux 6.12: as 6.11."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.12",
    era="E4",
    summary="as 6.11",
    evidence=Evidence.OBSERVED,
    source=Source("mm/memory.c", "do_swap_page"),
    page_flags={"lru": 5, "dirty": 4, "head": 6},
    after="6.11",
    capabilities={
        "kernel.allocates_large_folios": True,
        "kernel.swap_zeromap": True,
        "kernel.zswap_skips_writeback": True,
    },
    max_swapfiles=23,
    trees="v6.12.8 and v6.12.117",
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.12."""
    return (KERNEL,)
