"""Facts of the swap slot."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Fact, Source

FACTS = (
    Fact(
        name="swap_count",
        meaning="exactly one swap PTE refers to the slot when the fault begins: "
        "__swap_count(entry) == 1",
        equals=1,
        at_least=1,
        source=Source("mm/swapfile.c", "__swap_count"),
    ),
)


@hookimpl
def swapin_facts() -> Iterable[Fact]:
    """The facts of the swap slot."""
    return FACTS
