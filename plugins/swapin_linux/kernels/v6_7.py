"""Linux 6.7: as 6.3, with asynchronous userfaultfd write-protect."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.7",
    era="E3",
    summary="as 6.3, with asynchronous userfaultfd write-protect",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.6",
    capabilities={
        "kernel.uffd_wp_async": True,
        "kernel.wp_refuses_large": True,
    },
    changes=(Change("userfaultfd write-protect gets an asynchronous mode"),),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.7."""
    return (KERNEL,)
