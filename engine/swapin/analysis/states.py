"""What an ordinary fault is: states are shown by how far they are from it."""

from __future__ import annotations

from swapin.catalog import Catalog


def usual(catalog: Catalog) -> dict[str, bool]:
    """An ordinary fault: what it makes of every atom."""
    return {
        atom: value for fact in catalog.facts.values() for atom, value in fact.usual_atoms.items()
    }
