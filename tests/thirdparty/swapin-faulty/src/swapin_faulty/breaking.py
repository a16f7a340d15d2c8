"""A kernel that lost the test of stable writes, and does not say so."""

from swapin import hookimpl
from swapin.model import Evidence, Kernel, Outcome, Source, folio, pte, veto

SOURCE = Source("mm/memory.c", "do_swap_page")


@hookimpl
def swapin_kernels():
    return [
        Kernel(
            release="6.1",
            variant="6.1-breaking",
            era="E2",
            summary="6.1 with the test of stable writes lost",
            evidence=Evidence.CHANGELOG,
            source=SOURCE,
            after="6.1",
            replaces=(
                veto(
                    Outcome.EXCLUSIVE,
                    id="writeback.stable-writes",
                    when=folio.ksm & folio.writeback & pte.swp_exclusive,
                    because="the test is of something else",
                    source=SOURCE,
                ),
            ),
        )
    ]
