"""A KSM page is shared by nature: not exclusive, whatever the swap PTE says.

The copy that ``ksm_might_need_to_copy()`` makes is an ordinary page and not concerned.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Outcome, Rule, Source, folio, veto

RULE = veto(
    Outcome.EXCLUSIVE,
    id="ksm",
    when=folio.ksm,
    because="the page is a KSM page",
    source=Source("mm/memory.c", "do_swap_page", commit="1493a1913e34", since="5.19"),
)


@hookimpl
def swapin_rules() -> Iterable[Rule]:
    """The veto of KSM."""
    return (RULE,)
