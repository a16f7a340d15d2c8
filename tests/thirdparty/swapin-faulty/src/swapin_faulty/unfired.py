"""A rule for a capability that no kernel has."""

from swapin import hookimpl
from swapin.model import Fact, Outcome, Source, fact, folio, veto

SOURCE = Source("mm/memory.c", "do_swap_page")


@hookimpl
def swapin_facts():
    return [Fact(name="kernel.nowhere", meaning="no kernel has it", source=SOURCE)]


@hookimpl
def swapin_rules():
    return [
        veto(
            Outcome.EXCLUSIVE,
            id="unfired.nowhere",
            when=fact("kernel.nowhere") & folio.fresh,
            because="it is nowhere",
            source=SOURCE,
        )
    ]
