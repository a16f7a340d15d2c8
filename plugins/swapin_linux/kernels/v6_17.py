"""Linux 6.17: as 6.15."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.17",
    era="E4",
    summary="as 6.15",
    evidence=Evidence.OBSERVED,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.16",
    trees="v6.17.8",
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.17."""
    return (KERNEL,)
