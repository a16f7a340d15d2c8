"""Reads a fact that nobody declares."""

from swapin import hookimpl
from swapin.model import Outcome, Source, fact, veto


@hookimpl
def swapin_rules():
    source = Source("mm/memory.c", "do_swap_page")
    when = fact("folio.writebac")
    return [veto(Outcome.EXCLUSIVE, id="typo", when=when, because="it is", source=source)]
