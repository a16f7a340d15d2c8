"""Linux 6.2: as 6.1."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.2",
    era="E3",
    summary="as 6.1",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    page_flags={},
    after="6.1",
    capabilities={
        "kernel.swapin_error_entries": False,
        "kernel.poisoned_markers": True,
    },
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.2."""
    return (KERNEL,)
