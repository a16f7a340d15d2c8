"""Up to 5.17, write faults ask reuse_swap_page(): map and swap counts, then stable writes.

The counts ignore references by GUP, which is the swap form of CVE-2020-29374. A large page whose
other slots are still in use skips both the removal from the swap cache and the test of stable
writes, and is reused under writeback all the same.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Outcome, Rule, Source, access, claim, folio, kernel, swap_device, veto

RULES = (
    claim(
        Outcome.MAPPED_EXCLUSIVE,
        id="reuse-swap-page.counts",
        # A fresh page is in no page table and not in the swap cache: its count is 0.
        when=kernel.reuse_swap_page & access.write & ~folio.ksm & (folio.fresh | folio.sole_user),
        because="reuse_swap_page() counts no other mapping or swap PTE of the page",
        source=Source("mm/swapfile.c", "reuse_swap_page", until="5.17"),
    ),
    veto(
        Outcome.MAPPED_EXCLUSIVE,
        id="reuse-swap-page.stable-writes",
        # For a large page whose other slots are in use, the test is not made at all.
        when=kernel.reuse_swap_page
        & ~folio.fresh
        & folio.writeback
        & swap_device.stable_writes
        & ~folio.other_slots,
        because="the page is under writeback, and the device requires stable writes",
        source=Source("mm/swapfile.c", "reuse_swap_page", until="5.17"),
    ),
)


@hookimpl
def swapin_rules() -> Iterable[Rule]:
    """The rules of reuse_swap_page()."""
    return RULES
