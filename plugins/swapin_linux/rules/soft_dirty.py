"""Soft-dirty tracking wants to see the next write, so a clean PTE stays read-only (6.11)."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Outcome, Rule, Source, kernel, pte, veto, vma

RULE = veto(
    Outcome.PTE_WRITABLE,
    id="soft-dirty.clean",
    when=kernel.writable_on_read_fault & vma.soft_dirty_tracking & ~pte.soft_dirty,
    because="soft-dirty tracking is on and the PTE is not soft-dirty",
    source=Source("mm/internal.h", "pte_needs_soft_dirty_wp", since="6.11"),
)


@hookimpl
def swapin_rules() -> Iterable[Rule]:
    """The veto of soft-dirty tracking."""
    return (RULE,)
