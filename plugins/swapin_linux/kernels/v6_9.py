"""Linux 6.9: as 6.8."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.9",
    era="E3",
    summary="as 6.8",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.8",
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.9."""
    return (KERNEL,)
