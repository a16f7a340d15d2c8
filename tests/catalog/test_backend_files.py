"""A backend is one file of declarations; what does not fit is refused in its name."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from swapin.catalog import discover, latched, layers_of, load_catalog
from swapin.catalog.loading import Candidate, Origin
from swapin.model import Backend, CatalogError, Property, Setting, bind, inherit
from swapin.program import Program
from toys import SOURCE, candidate, toy_catalog, toy_fact

FILE = '''
"""dm-frost: freezes pages of its own, and hands on what the queue below shows."""

from swapin import hookimpl
from swapin.model import Backend, Source, bind, inherit

SOURCE = Source("drivers/md/dm-frost.c", "frost_map")


@hookimpl
def swapin_backends():
    return [
        Backend(
            name="dm-frost",
            summary="dm-frost",
            source=SOURCE,
            over=("disk",),
            bindings=(
                bind("swap_device.synchronous_io", False, because="threads", source=SOURCE),
                inherit("swap_device.stable_writes", because="stacked", source=SOURCE),
            ),
        )
    ]
'''


def test_one_file_is_a_backend(tmp_path: Path) -> None:
    """A file written by a stranger lies in stacks with swapin's own layers."""
    path = tmp_path / "dm_frost.py"
    path.write_text(FILE, encoding="utf-8")

    def load() -> object:
        spec = importlib.util.spec_from_file_location("dm_frost", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    own = [plugin for plugin in discover() if plugin.origin.distribution == "swapin"]
    frost = Candidate(Origin("frost", "swapin-frost", "1.0"), load)
    catalog = load_catalog(strict=True, candidates=[*own, frost])
    layers = layers_of(catalog, ["zswap", "dm-frost", "rbd"])
    known = latched(catalog, layers, catalog.kernels["6.1"].at)["swap_device.stable_writes"]
    fault = {
        "kernel": {"release": "6.1"},
        "architecture": "x86_64",
        "swap_device": {"stack": ["dm-frost", "rbd"]},
        "pte": {"swp_exclusive": True},
        "folio": {"fresh": False, "ksm": False, "writeback": True},
    }

    assert (True, "backend rbd (through zswap, dm-frost)") == (known.value, known.preset)
    assert "ANSWER_NO" == Program(catalog).evaluate(fault).outcomes["exclusive"]
    assert "dm-frost" in [entry.name for entry in catalog.entries("backends")]


def toy_backend(**changes: object) -> Backend:
    return Backend(**{"name": "toy", "summary": "toy", "source": SOURCE, **changes})


@pytest.mark.parametrize(
    ("backend", "message"),
    [
        (toy_backend(over=("dsik",)), r"unknown role `dsik` \(did you mean `disk`\?\)"),
        (toy_backend(name="a/b"), "no `/`"),
        (
            toy_backend(bindings=(inherit("toy.x", because="y", source=SOURCE),)),
            "inherits `toy.x` but lies over nothing",
        ),
        (
            toy_backend(
                over=("disk",),
                bindings=(inherit("toy.x", below="toy.y", because="y", source=SOURCE),),
            ),
            "inherits unknown fact `toy.y`",
        ),
        (
            toy_backend(
                settings=(
                    Setting(setting="y=1", fact="toy.y", value=True, when="now", source=SOURCE),
                )
            ),
            "a setting changes unknown fact `toy.y`",
        ),
        (
            toy_backend(
                over=("disk",),
                bindings=(
                    bind("toy.x", True, until="6.1", because="y", source=SOURCE),
                    inherit("toy.x", since="6.1", because="y", source=SOURCE),
                ),
            ),
            "binds `toy.x` twice for one release",
        ),
    ],
)
def test_refused(backend: Backend, message: str) -> None:
    """A layer that does not fit is an error at load that names it."""
    with pytest.raises(CatalogError, match=message):
        toy_catalog(candidate("toy", facts=[toy_fact("toy.x")], backends=[backend]))


def test_a_property_shares_the_names_of_facts() -> None:
    """A property that is called as a fact, or that refers to nothing, is refused."""
    taken = Property(name="toy.x", meaning="x", source=SOURCE)
    lost = Property(name="toy.z", meaning="z", source=SOURCE, otherwise="toy.y")
    for known, message in ((taken, "taken"), (lost, "refers to unknown fact `toy.y`")):
        with pytest.raises(CatalogError, match=message):
            toy_catalog(candidate("toy", facts=[toy_fact("toy.x")], properties=[known]))
