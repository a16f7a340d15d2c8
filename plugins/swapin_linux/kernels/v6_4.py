"""Linux 6.4: as 6.3."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.4",
    era="E3",
    summary="as 6.3",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.3",
    capabilities={
        "kernel.per_vma_lock": True,
        "kernel.vma_lock_retry": True,
        "kernel.anon_markers": True,
    },
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.4."""
    return (KERNEL,)
