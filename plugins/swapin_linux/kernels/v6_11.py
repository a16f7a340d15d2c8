"""Linux 6.11: exclusive pages are mapped writable on read faults also."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.11",
    era="E4",
    summary="exclusive pages are mapped writable on read faults also",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.10",
    capabilities={
        "kernel.writable_on_read_fault": True,
        "kernel.maps_large_folios": True,
    },
    changes=(
        Change(
            "an exclusive page in a writable VMA is mapped writable whatever the access",
            commit="c18160dba5ff",
            title="mm: swap: reuse exclusive folio directly instead of wp page faults",
        ),
        Change(
            "a large folio of the swap cache is mapped whole where it can be",
            title="mm: swap: entirely map large folios found in swapcache",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.11."""
    return (KERNEL,)
