"""A catalog as plain data, and the same catalog from it, read part by part as it is asked."""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Mapping

from swapin.catalog.build import Catalog
from swapin.catalog.loading import DECLARED, Offer, Origin
from swapin.catalog.plain import declared, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_OF_OFFER = ("edition", "hooks", "contract", "seconds")

Data = dict[str, bytes]
"""Parts of a catalog by name, each of which ``marshal`` can read."""


def data_of(catalog: Catalog) -> Data:
    """A catalog that is not degraded, in parts.

    :raises TypeError: something declared is no plain data.
    """
    if catalog.degraded:
        raise TypeError("a degraded catalog is told anew each time")
    found = {}
    for kind in DECLARED:
        entries: Mapping[str, Any] = getattr(catalog, kind)
        found[kind] = marshal.dumps({name: plain(entry) for name, entry in entries.items()})
    found["offers"] = marshal.dumps([_offer(catalog, offer) for offer in catalog.offers])
    found["atoms"] = marshal.dumps({atom: fact.name for atom, fact in catalog.atoms.items()})
    for text in ("edition", "fingerprint"):
        found[text] = marshal.dumps(getattr(catalog, text))
    return found


def _offer(catalog: Catalog, offer: Offer) -> tuple[Any, ...]:
    """An offer, with what it declares by name."""
    origin = offer.origin
    names = {
        kind: [_name_in(catalog, kind, entry) for entry in getattr(offer, kind)]
        for kind in DECLARED
    }
    rest = [plain(getattr(offer, name)) for name in _OF_OFFER]
    return (origin.plugin, origin.distribution, origin.version), names, rest


def _name_in(catalog: Catalog, kind: str, declaration: Any) -> str:
    entries: Mapping[str, Any] = getattr(catalog, kind)
    return next(name for name, entry in entries.items() if entry is declaration)


class KeptCatalog(Catalog):
    """A catalog that was kept: equal to the one that was loaded, part by part when asked."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self.failed = ()

    def __getattr__(self, name: str) -> Any:
        # Only what was not read before comes here.
        if name.startswith("_"):
            raise AttributeError(name)
        value: Any
        if name == "offers":
            value = tuple(self._offer(*written) for written in self._part(name))
        elif name == "atoms":
            value = _Atoms(self._part(name), self.facts)
        elif name in DECLARED:
            value = _Entries(self._part(name))
        else:
            raise AttributeError(name)
        setattr(self, name, value)
        return value

    def _part(self, name: str) -> Any:
        return marshal.loads(self._data[name])

    @property
    def edition(self) -> str:
        """As it was when the catalog was loaded."""
        return str(self._part("edition"))

    @property
    def fingerprint(self) -> str:
        """As it was when the catalog was loaded."""
        return str(self._part("fingerprint"))

    def _offer(
        self, origin: tuple[str, str, str], names: dict[str, list[str]], rest: list[Any]
    ) -> Offer:
        lists: dict[str, Any] = {
            kind: [getattr(self, kind)[name] for name in names[kind]] for kind in DECLARED
        }
        told: dict[str, Any] = dict(zip(_OF_OFFER, rest, strict=True))
        return Offer(Origin(*origin), **told, **lists)


class _Entries(Mapping[str, "Any"]):
    """Declarations by name, each made when it is asked for, and then kept."""

    def __init__(self, written: dict[str, Any]) -> None:
        self._written = written
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        made = self._made.get(name)
        if made is None:
            # setdefault, so that two threads have one and the same.
            made = self._made.setdefault(name, declared(self._written[name]))
        return made

    def __contains__(self, name: object) -> bool:
        return name in self._written

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)


class _Atoms(_Entries):
    """The fact that each atom belongs to."""

    def __init__(self, written: dict[str, Any], facts: Mapping[str, Any]) -> None:
        super().__init__(written)
        self._facts = facts

    def __getitem__(self, name: str) -> Any:
        return self._facts[self._written[name]]
