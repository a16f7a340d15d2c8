"""Linux 6.13: as 6.12."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.13",
    era="E4",
    summary="as 6.12",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.12",
    capabilities={
        "kernel.guard_markers": True,
    },
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.13."""
    return (KERNEL,)
