"""Asks for a page that is KSM's and is not."""

from swapin import hookimpl
from swapin.model import Outcome, Source, folio, veto


@hookimpl
def swapin_rules():
    source = Source("mm/ksm.c", "ksm_might_need_to_copy")
    when = folio.ksm & folio.fresh & ~folio.ksm
    return [veto(Outcome.EXCLUSIVE, id="never", when=when, because="never", source=source)]
