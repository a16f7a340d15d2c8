"""Linux 6.18: as 6.17; poison is checked under the folio lock."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.18",
    era="E5",
    summary="as 6.17; poison is checked under the folio lock",
    evidence=Evidence.OBSERVED,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.17",
    capabilities={
        "kernel.hwpoison_under_lock": True,
    },
    trees="v6.18.15",
    changes=(
        Change(
            "the poison flag is tested under the folio lock",
            title="mm, swap: check page poison flag after locking it",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.18."""
    return (KERNEL,)
