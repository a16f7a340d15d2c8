"""The catalog: everything that the loaded plugins declared, validated."""

from swapin.catalog.selection import Selection, SelectionError, selection
from swapin.model.late import late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from swapin.catalog.build import SWAP_ENTRY, Catalog, Failure, load_catalog
    from swapin.catalog.entries import KINDS, Entry
    from swapin.catalog.loading import Offer, Origin, discover, offers_of
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

_HOMES = {
    "KINDS": "swapin.catalog.entries",
    "SWAP_ENTRY": "swapin.catalog.build",
    "Catalog": "swapin.catalog.build",
    "Entry": "swapin.catalog.entries",
    "Failure": "swapin.catalog.build",
    "Latched": "swapin.catalog.stacks",
    "Offer": "swapin.catalog.loading",
    "Origin": "swapin.catalog.loading",
    "discover": "swapin.catalog.loading",
    "latched": "swapin.catalog.stacks",
    "layers_of": "swapin.catalog.stacks",
    "load_catalog": "swapin.catalog.build",
    "offers_of": "swapin.catalog.loading",
}

__getattr__ = late(__name__, _HOMES)
