"""Under writeback on a device that requires stable writes: not exclusive.

Some backends read the page while they write it (to compress or checksum it), so changing it
meanwhile would store a torn copy. The kernel then drops the exclusive marker and maps the
page read-only; a later write fault sorts it out.

Linux kernel commit 1493a1913e34 ("mm/swap: remember PG_anon_exclusive via a swp pte bit")
(in v5.19). As posted in v2, the flag test was negated.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Outcome, Rule, Source, folio, swap_device, veto

RULE = veto(
    Outcome.EXCLUSIVE,
    id="writeback.stable-writes",
    # A fresh page was never handed to the backend for writing.
    when=~folio.fresh & folio.writeback & swap_device.stable_writes,
    because="the swap-cache page is under writeback, and the device requires stable writes",
    source=Source("mm/memory.c", "do_swap_page", commit="1493a1913e34", since="5.19"),
)


@hookimpl
def swapin_rules() -> Iterable[Rule]:
    """The veto of stable writes."""
    return (RULE,)
