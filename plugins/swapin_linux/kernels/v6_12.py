"""Linux 6.12: as 6.11; synchronous devices are read into large folios."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.12",
    era="E4",
    summary="as 6.11; synchronous devices are read into large folios",
    evidence=Evidence.OBSERVED,
    source=Source("mm/memory.c", "do_swap_page"),
    page_flags={"lru": 5, "dirty": 4, "head": 6},
    after="6.11",
    capabilities={
        "kernel.allocates_large_folios": True,
        "kernel.swap_zeromap": True,
        "kernel.zswap_skips_writeback": True,
    },
    trees="v6.12.8 and v6.12.117",
    changes=(
        Change(
            "a synchronous device is read into a large folio where it can be",
            title="mm: support large folios swap-in for sync io devices",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.12."""
    return (KERNEL,)
