"""A new fact that changes the verdicts of every stock kernel."""

from swapin import hookimpl
from swapin.model import Fact, Outcome, Source, fact, veto

SOURCE = Source("mm/memory.c", "do_swap_page")


@hookimpl
def swapin_facts():
    return [Fact(name="unguarded.flag", meaning="the vendor's flag is set", source=SOURCE)]


@hookimpl
def swapin_rules():
    return [
        veto(
            Outcome.EXCLUSIVE,
            id="unguarded.flag",
            when=fact("unguarded.flag"),
            because="the flag is set",
            source=SOURCE,
        )
    ]
