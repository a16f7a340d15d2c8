"""Catalog entries: everything loaded is told, with where it came from and its source."""

from __future__ import annotations

import json

import pytest

from swapin.catalog import KINDS, Catalog


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_is_whole(catalog: Catalog, kind: str) -> None:
    """Each entry names its plugin and distribution, and is JSON data."""
    entries = catalog.entries(kind)

    assert entries
    for entry in entries:
        assert entry.name
        assert entry.summary
        assert ("linux", "swapin") == (entry.plugin, entry.distribution.split()[0])
        assert entry.details == json.loads(json.dumps(entry.details))
        assert entry == catalog.entry(kind, entry.name)
        if kind != "plugins":
            assert entry.details["source"]


def test_near_match(catalog: Catalog) -> None:
    """A name that is not there suggests the nearest."""
    with pytest.raises(LookupError, match=r"no backend `zarm` \(did you mean `zram`\?\)"):
        catalog.entry("backends", "zarm")
    with pytest.raises(LookupError, match="no kind of entry `kernal`"):
        catalog.entries("kernal")
