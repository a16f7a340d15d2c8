"""When the PTE is installed writable.

Up to 6.10 only a write fault on an exclusive page does so. Since 6.11 an exclusive page in a
writable VMA is mapped writable on read faults also.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Outcome, Rule, Source, access, claim, kernel, vma

RULES = (
    claim(
        Outcome.PTE_WRITABLE,
        id="map.write-fault",
        when=~kernel.writable_on_read_fault
        & Outcome.MAPPED_EXCLUSIVE.yes
        & access.write
        & vma.writable,
        because="it is a write fault on an exclusive page in a writable VMA",
        source=Source("mm/memory.c", "do_swap_page", until="6.10"),
    ),
    claim(
        Outcome.PTE_WRITABLE,
        id="map.exclusive",
        when=kernel.writable_on_read_fault & Outcome.MAPPED_EXCLUSIVE.yes & vma.writable,
        because="an exclusive page in a writable VMA is mapped writable at once",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="6.11",
            commit="c18160dba5ff",
            title="mm: swap: reuse exclusive folio directly instead of wp page faults",
        ),
    ),
)


@hookimpl
def swapin_rules() -> Iterable[Rule]:
    """The claims of a writable PTE."""
    return RULES
