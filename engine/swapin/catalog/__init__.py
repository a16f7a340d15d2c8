"""The catalog: everything that the loaded plugins declared, validated."""

from swapin.catalog.build import SWAP_ENTRY, Catalog, Failure, load_catalog
from swapin.catalog.entries import KINDS, Entry
from swapin.catalog.loading import Offer, Origin, discover, offers_of
from swapin.catalog.selection import Selection, SelectionError, selection
from swapin.catalog.stacks import Latched, latched, layers_of

__all__ = [
    "KINDS",
    "SWAP_ENTRY",
    "Catalog",
    "Entry",
    "Failure",
    "Latched",
    "Offer",
    "Origin",
    "Selection",
    "SelectionError",
    "discover",
    "latched",
    "layers_of",
    "load_catalog",
    "offers_of",
    "selection",
]
