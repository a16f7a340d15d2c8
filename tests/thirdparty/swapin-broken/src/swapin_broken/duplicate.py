"""Declares a rule whose id swapin's own plugin has."""

from swapin import hookimpl
from swapin.model import Outcome, Source, folio, veto


@hookimpl
def swapin_rules():
    source = Source("mm/memory.c", "do_swap_page")
    return [veto(Outcome.EXCLUSIVE, id="ksm", when=folio.ksm, because="again", source=source)]
