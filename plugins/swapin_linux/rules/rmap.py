"""The rmap call says exclusive for a page that the marker decision found so.

A copy made for KSM goes through the "new" rmap call, which implies exclusive in every era.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Outcome, Rule, Source, claim, folio

RULES = (
    claim(
        Outcome.MAPPED_EXCLUSIVE,
        id="rmap.exclusive",
        when=Outcome.EXCLUSIVE.yes,
        because="the marker decision found the page exclusive",
        source=Source("mm/memory.c", "do_swap_page", commit="1493a1913e34", since="5.19"),
    ),
    claim(
        Outcome.MAPPED_EXCLUSIVE,
        id="rmap.ksm-copy",
        when=folio.ksm_copy,
        because="the page is a copy made for KSM, mapped as a new anonymous page",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
)


@hookimpl
def swapin_rules() -> Iterable[Rule]:
    """The claims of the rmap call."""
    return RULES
