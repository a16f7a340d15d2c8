"""Facts of the swap slot. Where a fault maps several pages, of each of their slots."""

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
        usual=True,
        source=Source("mm/swapfile.c", "__swap_count"),
    ),
    Fact(
        name="swap_slot.claimed",
        meaning="swapcache_prepare() claimed the slot for reading past the swap cache, or that "
        "was not tried",
        usual=True,
        takes="another thread, which reads the same slot past the swap cache",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="6.8",
            until="6.19",
            commit="13ddaf26be32",
            title="mm/swap: fix race when skipping swapcache",
        ),
    ),
)


@hookimpl
def swapin_facts() -> Iterable[Fact]:
    """The facts of the swap slot."""
    return FACTS
