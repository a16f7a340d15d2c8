"""What a raw PTE says about the fact ``pte.entry``: the kind of entry that it holds."""

from __future__ import annotations

from collections.abc import Mapping

from swapin.catalog import Catalog
from swapin.model import Kernel, PteBits

FACT = "pte.entry"

_MARKER = "pte_marker"
# A marker of many meanings has the one that the kernel tests first. What was called a swap-in
# error is a poisoned marker since.
_MEANINGS = (
    ("poisoned", "marker_poisoned"),
    ("swapin_error", "marker_poisoned"),
    ("guard", "marker_guard"),
    ("uffd_wp", "marker_uffd_wp"),
)


def entry_of(catalog: Catalog, kernel: Kernel, bits: PteBits) -> str:
    """The value of ``pte.entry`` for a decoded PTE; empty if the kinds are not known.

    Kinds of entry that differ only in what they allow (``migration_read``,
    ``migration_write``) are one value.
    """
    fact = catalog.facts.get(FACT)
    kind = catalog.entry_kind(kernel, bits.type)
    if fact is None or not kind:
        return ""
    if kind == _MARKER:
        masks = catalog.marker_bits(kernel)
        held = (value for bit, value in _MEANINGS if bits.offset & masks.get(bit, 0))
        return next(held, "bad")
    return next((value for value in fact.values if f"{kind}_".startswith(f"{value}_")), "bad")


def atoms_of(catalog: Catalog, entry: str) -> Mapping[str, bool]:
    """The atoms of ``pte.entry`` when it has a value; none for the empty string."""
    if not entry:
        return {}
    return {atom: atom == f"{FACT}.{entry}" for atom in catalog.facts[FACT].atoms}
