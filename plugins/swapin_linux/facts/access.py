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
)


@hookimpl
def swapin_facts() -> Iterable[Fact]:
    """The facts of the access."""
    return FACTS
