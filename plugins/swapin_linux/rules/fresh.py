"""The page is fresh, that is, not the swap-cache page: exclusive.

A page that was read past the swap cache, or that KSM copied, was never exposed to anybody
else. Since 7.0 the swap cache is never bypassed, and only the KSM copy is left.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Outcome, Rule, Source, claim, folio, kernel

RULE = claim(
    Outcome.EXCLUSIVE,
    id="swapcache.fresh",
    when=kernel.anon_exclusive & folio.fresh,
    because="the page is fresh: it was never exposed to the swap cache",
    source=Source("mm/memory.c", "do_swap_page", commit="1493a1913e34", since="5.19"),
)


@hookimpl
def swapin_rules() -> Iterable[Rule]:
    """The claim of freshness."""
    return (RULE,)
