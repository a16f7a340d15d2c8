"""Linux 6.19: as 6.18."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.19",
    era="E5",
    summary="as 6.18",
    evidence=Evidence.SOURCE_CHECKED,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.18",
    trees="v6.19.11",
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.19."""
    return (KERNEL,)
