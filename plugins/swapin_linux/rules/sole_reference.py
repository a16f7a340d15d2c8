"""The fault holds the only reference: the page is reused.

From 5.18 on ``do_swap_page()`` counted references after it had tried to free the swap cache.
In 5.18, with no marker yet, write faults alone profited. Since 7.0 the swap cache is freed
after mapping, so a page that is not fresh has at least two references and the test is dead;
7.3 removed it.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Outcome, Rule, Source, access, claim, folio, kernel

RULES = (
    claim(
        Outcome.MAPPED_EXCLUSIVE,
        id="reuse.sole-reference",
        when=kernel.sole_reference_reuse
        & (kernel.anon_exclusive | access.write)
        & ~folio.ksm
        & folio.sole_reference,
        because="the fault holds the only reference to the page",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="5.18",
            until="7.2",
            commit="c145e0b47c77",
            title="mm: streamline COW logic in do_swap_page()",
        ),
    ),
    claim(
        Outcome.MAPPED_EXCLUSIVE,
        id="reuse.fresh",
        when=kernel.sole_reference_reuse
        & ~kernel.anon_exclusive
        & access.write
        & ~folio.ksm
        & folio.fresh,
        because="the write fault has a fresh page, never exposed to the swap cache",
        source=Source(
            "mm/memory.c", "do_swap_page", since="5.18", until="5.18", commit="c145e0b47c77"
        ),
    ),
)


@hookimpl
def swapin_rules() -> Iterable[Rule]:
    """The claims of reuse by reference count."""
    return RULES
