"""Linux 7.3: the marker, or a KSM copy, alone decides."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="7.3",
    era="E7",
    summary="the marker, or a KSM copy, alone decides",
    evidence=Evidence.OBSERVED,
    source=Source("mm/memory.c", "do_swap_page"),
    after="7.2",
    capabilities={
        "kernel.sole_reference_reuse": False,
        "kernel.uffd_rwp": True,
    },
    trees="v7.3.4",
    changes=(
        Change("the sole-reference test, dead since 7.0, is removed"),
        Change("userfaultfd read-write protection is restored at swap-in"),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 7.3."""
    return (KERNEL,)
