"""Linux 5.14: as 5.10, with the swap device pinned."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="5.14",
    era="E0",
    summary="as 5.10, with the swap device pinned",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="5.13",
    capabilities={
        "kernel.pins_swap_device": True,
        "kernel.device_exclusive_entries": True,
    },
    changes=(
        Change(
            "the swap device is pinned during the fault",
            commit="2799e77529c2",
            title="mm/swap: fix do_swap_page() race with swapoff",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 5.14."""
    return (KERNEL,)
