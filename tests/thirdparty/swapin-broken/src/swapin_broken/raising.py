"""Raises while its rules are read."""

from swapin import hookimpl
from swapin.model import Outcome, Source, folio, veto


@hookimpl
def swapin_rules():
    yield veto(
        Outcome.EXCLUSIVE,
        id="raising.first",
        when=folio.ksm,
        because="it came first",
        source=Source("mm/memory.c", "do_swap_page"),
    )
    raise RuntimeError("the vendor's server does not answer")
