"""A vendor's 6.1 that maps a page writable on a read fault, as mainline does later."""

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.1",
    variant="6.1-vendor",
    era="E2",
    summary="the vendor's 6.1 with the writable-on-read backport",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.1",
    capabilities={"kernel.writable_on_read_fault": True},
    changes=(Change("a read fault maps an exclusive page writable"),),
)


@hookimpl
def swapin_kernels():
    return [KERNEL]
