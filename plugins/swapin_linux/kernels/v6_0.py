"""Linux 6.0: as 5.19."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.0",
    era="E2",
    summary="as 5.19",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="5.19",
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.0."""
    return (KERNEL,)
