"""Linux 5.12: as 5.10."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="5.12",
    era="E0",
    summary="as 5.10",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="5.11",
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 5.12."""
    return (KERNEL,)
