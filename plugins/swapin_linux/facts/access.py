"""Facts of the access that faulted."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Fact, Source

FACTS = (
    Fact(
        name="access.write",
        meaning="the fault is a write: FAULT_FLAG_WRITE in vmf->flags",
        source=Source("include/linux/mm_types.h", "FAULT_FLAG_WRITE", since="6.1"),
    ),
    Fact(
        name="access.vma_lock",
        meaning="the fault runs under the per-VMA lock: FAULT_FLAG_VMA_LOCK in vmf->flags",
        source=Source("include/linux/mm_types.h", "FAULT_FLAG_VMA_LOCK", since="6.4"),
    ),
)


@hookimpl
def swapin_facts() -> Iterable[Fact]:
    """The facts of the access."""
    return FACTS
