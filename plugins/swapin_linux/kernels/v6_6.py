"""Linux 6.6: as 6.3; swap faults run under the per-VMA lock."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source

KERNEL = Kernel(
    release="6.6",
    era="E3",
    summary="as 6.3; swap faults run under the per-VMA lock",
    evidence=Evidence.CHANGELOG,
    source=Source("mm/memory.c", "do_swap_page"),
    after="6.5",
    capabilities={
        "kernel.vma_lock_retry": False,
        "kernel.marker_hwpoison": True,
    },
    marker_bits={"uffd_wp": 1 << 0, "poisoned": 1 << 1},
    changes=(
        Change(
            "swap faults are handled under the per-VMA lock, but for device private pages",
            commit="1235ccd05b6d",
            title="mm: handle swap page faults under per-VMA lock",
        ),
        Change(
            "a poisoned marker gives VM_FAULT_HWPOISON",
            commit="af19487f00f3",
            title="mm: make PTE_MARKER_SWAPIN_ERROR more general",
        ),
    ),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """Linux 6.6."""
    return (KERNEL,)
