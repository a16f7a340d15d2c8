"""Linux 6.3: as 6.1; every architecture has the marker, and rw_page is gone."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.3",
    era="E3",
    summary="as 6.1; every architecture has the marker, and rw_page is gone",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.2",
    capabilities={
        "kernel.ksm_copy_hwpoison": True,
    },
    changes=(
        Change(
            "every architecture with swap PTEs has the exclusive bit",
            commit="950fe885a897",
            title="mm: remove __HAVE_ARCH_PTE_SWP_EXCLUSIVE",
        ),
        Change("synchronous devices write through submit_bio_wait(), with the folio unlocked"),
        Change(
            "copying for KSM reports a poisoned source",
            commit="6b970599e807",
            title="mm: hwpoison: support recovery from ksm_might_need_to_copy()",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.3."""
    return (KERNEL,)
