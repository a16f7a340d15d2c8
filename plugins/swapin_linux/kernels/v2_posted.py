"""The marker patch as posted in v2: the stable-writes test is negated.

Kept for good. It maps a page exclusive and writable while a device that requires stable
writes is writing it, and drops the marker where the device would have allowed to keep it.

"[PATCH v2 1/8] mm/swap: remember PG_anon_exclusive via a swp pte bit", 29 March 2022; the
negation was found in review on 13 April 2022 and mended before it was merged.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import (
    Change,
    Evidence,
    Kernel,
    Outcome,
    Source,
    folio,
    pte,
    swap_device,
    veto,
)

MAIL = Source(
    "mm/memory.c",
    "do_swap_page",
    title="[PATCH v2 1/8] mm/swap: remember PG_anon_exclusive via a swp pte bit",
)

KERNEL = Kernel(
    release="5.19",
    variant="v2-posted",
    era="E2v2",
    summary="5.19 with the stable-writes test of the marker patch negated, as posted in v2",
    evidence=Evidence.SOURCE_CHECKED,
    source=MAIL,
    after="5.19",
    replaces=(
        veto(
            Outcome.EXCLUSIVE,
            id="writeback.stable-writes",
            when=~folio.fresh & pte.swp_exclusive & folio.writeback & ~swap_device.stable_writes,
            because="the swap-cache page is under writeback, and the device does not require "
            "stable writes (the test is negated)",
            source=MAIL,
        ),
    ),
    violates={
        "stable-writes": "the test of stable writes is negated",
        "marker-is-kept": "the test of stable writes is negated",
    },
    changes=(Change("the marker is dropped where the device does not require stable writes"),),
)


@hookimpl
def swapin_kernels() -> Iterable[Kernel]:
    """The patch as posted."""
    return (KERNEL,)
