"""Linux 6.10: as 6.8; pages of large folios are never reused."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.10",
    era="E3",
    summary="as 6.8; pages of large folios are never reused",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.9",
    capabilities={
        "kernel.wp_refuses_large": True,
    },
    changes=(
        Change(
            "do_wp_page() never reuses a page of a large folio that is not exclusive",
            title="mm: prohibit the last subpage from reusing the entire large folio",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.10."""
    return (KERNEL,)
