"""An architecture, or a kernel release, is one file of declarations too."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from swapin.catalog import Catalog, discover, load_catalog
from swapin.catalog.loading import Candidate, Origin
from swapin.model import FaultError
from swapin.program import Program
from swapin.program.ptes import PteCodec

ARCHITECTURE = '''
"""toy64: the entry above bit 8; the exclusive bit since 6.5."""

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Segment, Source, bind

SOURCE = Source("arch/toy64/include/asm/pgtable.h", "__swp_entry")
FIELDS = {"bits": 64, "type": (Segment(0, 8, 5),), "offset": (Segment(0, 16, 48),), "present": 1}
BIT = "pte.have_arch_swp_exclusive"


@hookimpl
def swapin_architectures():
    return [
        Architecture(
            name="toy64",
            summary="toy64",
            source=SOURCE,
            bindings=(
                bind(BIT, False, until="6.4", because="no bit", source=SOURCE),
                bind(BIT, True, since="6.5", because="the bit", source=SOURCE),
            ),
            layouts=(
                PteLayout(releases=Releases.of(until="6.4"), source=SOURCE, **FIELDS),
                PteLayout(
                    releases=Releases.of(since="6.5"),
                    flags={"swp_exclusive": 2},
                    source=SOURCE,
                    **FIELDS,
                ),
            ),
        )
    ]
'''

RELEASE = '''
"""Linux 7.4: as 7.3; a sole reference counts again."""

from swapin import hookimpl
from swapin.model import Change, Evidence, Kernel, Source


@hookimpl
def swapin_kernels():
    return [
        Kernel(
            release="7.4",
            era="E8",
            summary="as 7.3; a sole reference counts again",
            evidence=Evidence.CHANGELOG,
            source=Source("mm/memory.c", "do_swap_page"),
            after="7.3",
            capabilities={"kernel.free_before_map": True, "kernel.sole_reference_reuse": True},
            changes=(Change("the swap cache is freed before the page is mapped, as up to 6.19"),),
        )
    ]
'''


def catalog_with(tmp_path: Path, text: str) -> Catalog:
    """swapin's own plugins, and a file that a stranger wrote."""
    path = tmp_path / "stranger.py"
    path.write_text(text, encoding="utf-8")

    def load() -> object:
        spec = importlib.util.spec_from_file_location("stranger", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    own = [plugin for plugin in discover() if plugin.origin.distribution == "swapin"]
    stranger = Candidate(Origin("stranger", "swapin-stranger", "1.0"), load)
    return load_catalog(strict=True, candidates=[*own, stranger])


def test_one_file_is_an_architecture(tmp_path: Path) -> None:
    """Its PTEs come apart and together, and its missing bit decides a verdict."""
    catalog = catalog_with(tmp_path, ARCHITECTURE)
    codec, program = PteCodec(catalog), Program(catalog)
    described = {"architecture": "toy64", "kernel": "6.5", "type": 3, "offset": 7}
    raw = codec.encode({**described, "exclusive": True}).raw

    assert 7 << 16 | 3 << 8 | 2 == raw
    assert (3, 7, True) == (
        (pte := codec.decode(raw, "toy64", "6.5")).type,
        pte.offset,
        pte.exclusive,
    )
    for release, answer in (("6.4", "ANSWER_NO"), ("6.5", "ANSWER_UNDETERMINED")):
        fault = {"kernel": {"release": release}, "architecture": "toy64"}
        facts = {"folio": {"fresh": False, "ksm": False, "writeback": False}}
        assert answer == program.evaluate({**fault, **facts}).outcomes["exclusive"]


def test_one_file_is_a_release(tmp_path: Path) -> None:
    """It starts from the release before it, and differs where it says so."""
    program = Program(catalog_with(tmp_path, RELEASE))
    facts = {"sole_reference": True, "fresh": False, "ksm": False}
    verdict = program.evaluate({"kernel": {"release": "7.4"}, "folio": facts})

    assert "ANSWER_YES" == verdict.outcomes["mapped_exclusive"]
    with pytest.raises(FaultError, match="freed after the page is mapped"):
        program.evaluate({"kernel": {"release": "7.3"}, "folio": facts})
    assert "EVIDENCE_CHANGELOG" == verdict.provenance.evidence
    assert "7.4" == list(program.catalog.kernels)[-1]
