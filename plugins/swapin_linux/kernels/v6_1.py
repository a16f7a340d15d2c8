"""Linux 6.1: as 5.19, with folios."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.1",
    era="E2",
    summary="as 5.19, with folios",
    evidence=Evidence.OBSERVED,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.0",
    capabilities={
        "kernel.device_private_rechecks": True,
    },
    trees="v6.1.4 and v6.1.192",
    changes=(
        Change(
            "do_swap_page() works on folios",
            commit="63ad4add3823",
            title="mm: convert do_swap_page() to use a folio",
        ),
        Change(
            "the PTE of a device private page is compared again under its lock",
            commit="16ce101db85d",
            title="mm/memory.c: fix race when faulting a device private page",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.1."""
    return (KERNEL,)
