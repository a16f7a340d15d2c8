"""The catalog: everything that the loaded plugins declared, validated."""

from swapin.catalog.build import SWAP_ENTRY, Catalog, Failure, load_catalog
from swapin.catalog.entries import KINDS, Entry
from swapin.catalog.loading import Offer, Origin, discover, offers_of

__all__ = [
    "KINDS",
    "SWAP_ENTRY",
    "Catalog",
    "Entry",
    "Failure",
    "Offer",
    "Origin",
    "discover",
    "load_catalog",
    "offers_of",
]
