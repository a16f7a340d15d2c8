"""Programs, verdicts and errors go to other processes and back, and stay what they are."""

from __future__ import annotations

import multiprocessing
import pickle
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import strangers
import swapin
from swapin.catalog import Catalog, load_catalog
from swapin.catalog.loading import Candidate, Origin
from swapin.model import CatalogError, Depth, FaultError, Problem, Reason
from swapin.model.pte import PteFieldError
from swapin.program import Program
from swapin.service.service_error import ServiceError

FAULT = {"kernel": {"release": "6.1"}, "folio": {"ksm": False, "writeback": True}}


def answered(program: Program, fault: Mapping[str, Any]) -> tuple[str, tuple[str, ...], str]:
    """What a program is, and what it says."""
    verdict = program.evaluate(fault, Depth.RULES).to_json()
    return program.catalog.fingerprint, program.catalog.failures, verdict


def raising() -> Any:
    raise ImportError("no module of this name")


@pytest.fixture
def chosen(catalog: Catalog) -> Program:
    """A program of chosen plugins, one of which failed."""
    own = next(offer.origin for offer in catalog.offers)
    candidates = [
        Candidate(own, lambda: __import__("swapin_linux")),
        Candidate(Origin("lost", "swapin-lost", "1.0"), raising),
    ]
    return Program(load_catalog(candidates=candidates))


def test_program_in_a_worker_process(chosen: Program) -> None:
    """A worker that was spawned has the catalog that was chosen here, not what it would load."""
    fingerprint, failures, verdict = answered(chosen, FAULT)
    assert 1 == len(failures)
    assert '"degraded": true' in verdict
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        there = pool.submit(answered, chosen, FAULT).result(60)

    assert (fingerprint, failures, verdict) == there


def test_stranger_where_it_is_not_installed(root: Path, tmp_path: Path) -> None:
    """A stranger's declarations come along: the other side needs no plugin."""
    site = strangers.install(tmp_path, root / "tests" / "thirdparty" / "swapin-nbd")
    code = "import pickle, sys, swapin; sys.stdout.buffer.write(pickle.dumps({}))"
    program, fingerprint = (
        pickle.loads(
            subprocess.run(
                [sys.executable, "-c", code.format(what)],
                env=strangers.environment(site),
                capture_output=True,
                check=True,
            ).stdout
        )
        for what in ("swapin.default_program()", "swapin.default_program().catalog.fingerprint")
    )

    assert fingerprint == program.catalog.fingerprint
    assert "nbd" in program.catalog.backends


@pytest.mark.parametrize("depth", Depth)
def test_verdicts(program: Program, depth: Depth) -> None:
    verdict = program.evaluate(FAULT, depth)

    back = pickle.loads(pickle.dumps(verdict))
    assert verdict == back
    assert verdict.to_json() == back.to_json()


def test_faults_and_the_rest(program: Program, catalog: Catalog) -> None:
    """What a program is asked with, and what else is made of a catalog."""
    fault = swapin.Fault(release="6.1", facts={"folio.ksm": True})
    assert fault == pickle.loads(pickle.dumps(fault))
    side = pickle.loads(pickle.dumps(swapin.side_of(catalog, "6.1", architecture="arm")))
    assert ("6.1, arm", catalog.fingerprint) == (side.name, side.catalog.fingerprint)
    codec = pickle.loads(pickle.dumps(swapin.PteCodec(catalog)))
    assert codec.decode("0x7fffffffffbfe0a", "x86_64", "6.1").exclusive


@pytest.mark.parametrize(
    "error",
    [
        FaultError(
            [Problem("folio.ksm", Reason.WRONG_TYPE, "no"), Problem("", Reason.MISSING, "")]
        ),
        CatalogError("nbd", "swapin-nbd", "rule ksm", "this name is taken"),
        PteFieldError("offset", "too large"),
        ServiceError("UNAVAILABLE", "TOO_MANY_CALLS", "later", request_id="a", retry_after=0.5),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors(error: Exception) -> None:
    """An error from a worker says what it said there."""
    back = pickle.loads(pickle.dumps(error))

    assert (type(error), str(error), vars(error)) == (type(back), str(back), vars(back))


def test_nothing_can_be_changed(program: Program) -> None:
    """Neither a program nor its catalog can be changed, nor an answer that it keeps."""
    with pytest.raises(AttributeError):
        program.catalog = None  # type: ignore[misc, assignment]
    for mapping in ("facts", "atoms", "rules", "constraints", "invariants", "kernels", "backends"):
        with pytest.raises(TypeError):
            getattr(program.catalog, mapping)["new"] = None
    verdict = program.evaluate(FAULT)
    was = verdict.to_json()
    verdict.outcomes["exclusive"] = "ANSWER_YES"  # type: ignore[index]
    assert was == program.evaluate(FAULT).to_json()
