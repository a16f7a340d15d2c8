"""Linux 6.4: as 6.3; swap faults under the per-VMA lock are retried."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.4",
    era="E3",
    summary="as 6.3; swap faults under the per-VMA lock are retried",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.3",
    capabilities={
        "kernel.per_vma_lock": True,
        "kernel.vma_lock_retry": True,
        "kernel.uffd_wp_unpopulated": True,
    },
    changes=(
        Change(
            "faults may run under the per-VMA lock; do_swap_page() retries them",
            commit="17c05f18e541",
            title="mm: prevent do_swap_page from handling page faults under VMA lock",
        ),
        Change(
            "userfaultfd can write-protect PTEs of anonymous memory that hold no page",
            commit="2bad466cc9d9",
            title="mm/uffd: UFFD_FEATURE_WP_UNPOPULATED",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.4."""
    return (KERNEL,)
