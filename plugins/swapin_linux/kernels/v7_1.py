"""Linux 7.1: as 7.0."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="7.1",
    era="E6",
    summary="as 7.0",
    evidence=Evidence.SOURCE_CHECKED,
    source=Source("mm/memory.c", "do_swap_page"),
    after="7.0",
    trees="v7.1.13",
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 7.1."""
    return (KERNEL,)
