"""The swap PTE carries the exclusive marker: exclusive.

When reclaim unmaps an exclusive page it remembers that in a software bit of the swap PTE.
fork() clears the bit in parent and child, so a marker that is still there at the fault says
that nobody else refers to the page. Always clear on an architecture without
``__HAVE_ARCH_PTE_SWP_EXCLUSIVE``.

Linux kernel commit 1493a1913e34 ("mm/swap: remember PG_anon_exclusive via a swp pte bit")
(in v5.19).
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Outcome, Rule, Source, claim, kernel, pte

RULE = claim(
    Outcome.EXCLUSIVE,
    id="pte.swp-exclusive",
    when=kernel.anon_exclusive & pte.swp_exclusive,
    because="the swap PTE carries the exclusive marker",
    source=Source("mm/memory.c", "do_swap_page", commit="1493a1913e34", since="5.19"),
)


@hookimpl
def swapin_rules() -> Iterable[Rule]:
    """The claim of the marker."""
    return (RULE,)
