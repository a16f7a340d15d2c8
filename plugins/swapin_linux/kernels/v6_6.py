"""Linux 6.6: as 6.3."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.6",
    era="E3",
    summary="as 6.3",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.5",
    capabilities={
        "kernel.vma_lock_retry": False,
        "kernel.marker_hwpoison": True,
    },
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.6."""
    return (KERNEL,)
