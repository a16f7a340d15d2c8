"""Linux 7.2: as 7.0."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="7.2",
    era="E6",
    summary="as 7.0",
    evidence=Evidence.OBSERVED,
    source=Source("mm/memory.c", "do_swap_page"),
    after="7.1",
    trees="v7.2.13",
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 7.2."""
    return (KERNEL,)
