"""Linux 6.8: as 6.7; a race of two bypasses is closed."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.8",
    era="E3",
    summary="as 6.7; a race of two bypasses is closed",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.7",
    capabilities={
        "kernel.claims_slot": True,
    },
    changes=(
        Change(
            "the bypass claims the entry before it reads",
            commit="13ddaf26be32",
            title="mm/swap: fix race when skipping swapcache",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.8."""
    return (KERNEL,)
