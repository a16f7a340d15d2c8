"""The program of the installed plugins, from what an earlier command kept of it.

A kept catalog is used only while everything that it depends on is unchanged
(:mod:`swapin.catalog.depends`), so no answer depends on whether there was one. A degraded catalog
is never kept, so a plugin that fails says so each time.
"""

from __future__ import annotations

import os

from swapin.catalog import Selection, discover, load_catalog, store
from swapin.catalog.depends import surroundings, unchanged
from swapin.catalog.kept import KeptCatalog
from swapin.model import Kernel, Rule
from swapin.program.compiled import Compiled
from swapin.program.evaluate import Program
from swapin.program.written import compiled_of, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from swapin.catalog import Catalog


class KeptProgram(Program):
    """A program that takes what was compiled from a folder, and leaves there what it compiles."""

    def __init__(self, catalog: Catalog, place: str, stem: str, token: bytes) -> None:
        """Make.

        :param stem: how the names of its files begin.
        :param token: tells this catalog from others that were kept under the same name.
        """
        super().__init__(catalog)
        self._place, self._stem, self._token = place, stem, token

    def _made(
        self, kernel: Kernel, rules: tuple[Rule, ...], capabilities: dict[str, bool]
    ) -> Compiled:
        name = f"{self._stem}-{store.name_of(kernel.name, capabilities)}"
        key = (self._token, kernel.name, capabilities)
        found = store.read(self._place, name)
        if found is not None and found[0] == key:
            return compiled_of(self.catalog, rules, capabilities, found[1])
        made = super()._made(kernel, rules, capabilities)
        store.write(self._place, name, (key, written(made)))
        return made


def installed_program(selection: Selection, *, keep: bool = True) -> Program:
    """The program of the selected plugins.

    :param keep: take what was kept, and keep what is loaded.
    :raises CatalogError: the selection is strict, and a plugin failed.
    :raises LookupError: the selection cannot be followed.
    """
    place = store.folder() if keep else ""
    if not place:
        candidates = selection.chosen(discover())
        return Program(load_catalog(strict=selection.strict, candidates=candidates))
    around = surroundings(selection)
    stem = store.name_of(around)
    found = store.read(place, stem)
    if found is not None:
        known, files, variables, token, data = found
        if known == around and unchanged(files, variables):
            return KeptProgram(KeptCatalog(data), place, stem, token)
    return _watched(selection, place, stem, around)


def _watched(selection: Selection, place: str, stem: str, around: tuple[Any, ...]) -> Program:
    """Load, and keep what was loaded if that is safe."""
    from swapin.catalog.depends import Watch
    from swapin.catalog.kept import data_of

    with Watch() as watch:
        candidates = selection.chosen(discover())
        catalog = load_catalog(strict=selection.strict, candidates=candidates)
    depends = watch.depends(candidate.module for candidate in candidates)
    if depends is None or surroundings(selection) != around:
        return Program(catalog)
    try:
        data = data_of(catalog)
    except TypeError:
        return Program(catalog)
    token = os.urandom(16)
    store.write(place, stem, (around, *depends, token, data))
    return KeptProgram(catalog, place, stem, token)
