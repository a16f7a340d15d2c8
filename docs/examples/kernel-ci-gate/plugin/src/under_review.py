"""The patch under review: 6.1 with what the patch makes of one rule.

What is here is the marker patch as it was posted in v2, in March 2022: the test of stable writes
is negated. Replace the rule by what your patch says, or give capabilities in place of it.
"""

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Outcome, Source, folio, pte, swap_device, veto

SOURCE = Source("mm/memory.c", "do_swap_page")

KERNEL = Kernel(
    release="6.1",
    variant="6.1-review",
    era="review",
    summary="6.1 with the patch under review",
    evidence=Evidence.CHANGELOG,
    source=SOURCE,
    after="6.1",
    # By id: `swapin rules show writeback.stable-writes` prints what the kernel has now.
    replaces=(
        veto(
            Outcome.EXCLUSIVE,
            id="writeback.stable-writes",
            when=~folio.fresh & pte.swp_exclusive & folio.writeback & ~swap_device.stable_writes,
            because="the swap-cache page is under writeback",
            source=SOURCE,
        ),
    ),
    changes=(Change("the marker is dropped under writeback"),),
)


@hookimpl
def swapin_kernels():
    """Hand over the kernel."""
    return [KERNEL]
