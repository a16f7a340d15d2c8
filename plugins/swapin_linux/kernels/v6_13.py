"""Linux 6.13: as 6.12; guard markers."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.13",
    era="E4",
    summary="as 6.12; guard markers",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.12",
    capabilities={
        "kernel.guard_markers": True,
    },
    marker_bits={"uffd_wp": 1 << 0, "poisoned": 1 << 1, "guard": 1 << 2},
    changes=(
        Change(
            "there are guard markers",
            commit="7c53dfbdb024",
            title="mm: add PTE_MARKER_GUARD PTE marker",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.13."""
    return (KERNEL,)
