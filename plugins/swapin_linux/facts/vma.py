"""Facts of the virtual memory area of the fault."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Fact, Source

FACTS = (
    Fact(
        name="vma.writable",
        meaning="the VMA allows writing: VM_WRITE in vma->vm_flags",
        usual=True,
        source=Source("include/linux/mm.h", "VM_WRITE"),
    ),
    Fact(
        name="vma.uffd_wp",
        meaning="the VMA is registered for userfaultfd write-protect: userfaultfd_wp(vma)",
        source=Source("include/linux/userfaultfd_k.h", "userfaultfd_wp"),
    ),
    Fact(
        name="vma.uffd_wp_async",
        meaning="that registration is asynchronous: userfaultfd_wp_async(vma)",
        source=Source("include/linux/userfaultfd_k.h", "userfaultfd_wp_async", since="6.7"),
    ),
    Fact(
        name="vma.soft_dirty_tracking",
        meaning="soft-dirty tracking is active in the VMA: vma_soft_dirty_enabled(vma)",
        source=Source("mm/internal.h", "vma_soft_dirty_enabled", since="6.1"),
    ),
    Fact(
        name="vma.uffd_rwp",
        meaning="the VMA is registered for userfaultfd read-write protection",
        source=Source("mm/memory.c", "do_swap_page", since="7.3"),
    ),
)


@hookimpl
def swapin_facts() -> Iterable[Fact]:
    """The facts of the VMA."""
    return FACTS
