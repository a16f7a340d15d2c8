"""Linux 7.0: the swap cache is never bypassed; mapped first, freed afterwards.

The only fresh page left is the copy made for KSM.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="7.0",
    era="E6",
    summary="the swap cache is never bypassed; mapped first, freed afterwards",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.19",
    capabilities={
        "kernel.swapcache_bypass": False,
        "kernel.free_before_map": False,
        "kernel.claims_slot": False,
        "kernel.drops_partial_folios": True,
    },
    changes=(
        Change(
            "synchronous devices go through the swap cache too",
            commit="f1879e8a0c60",
            title="mm, swap: never bypass the swap cache even for SWP_SYNCHRONOUS_IO",
        ),
        Change(
            "the swap cache is freed after the page is mapped, so the sole-reference test is dead",
            commit="4b34f1d82c65",
            title="mm, swap: free the swap cache after folio is mapped",
        ),
        Change(
            "a large folio without an anon_vma that cannot be mapped whole is dropped",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 7.0."""
    return (KERNEL,)
