"""Linux 6.15: as 6.12."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.15",
    era="E4",
    summary="as 6.12",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.14",
    capabilities={
        "kernel.wp_refuses_large": False,
        "kernel.wp_reuses_large": True,
        "kernel.device_private_locks": True,
    },
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.15."""
    return (KERNEL,)
