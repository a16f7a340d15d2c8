"""Makes an earlier outcome depend on a later one."""

from swapin import hookimpl
from swapin.model import Outcome, Source, veto


@hookimpl
def swapin_rules():
    source = Source("mm/memory.c", "do_swap_page")
    when = Outcome.PTE_WRITABLE.yes
    return [veto(Outcome.EXCLUSIVE, id="circle", when=when, because="circular", source=source)]
