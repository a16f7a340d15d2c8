"""Two mutants that must always be caught: the inverted test of v2, and the removed reuse.

A mutant is a variant of 6.1 that replaces one rule. It is caught by a yardstick, by the
observations of real kernels, and where it is unsafe by an invariant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agreement import disagreements
from rules.test_invariants import broken
from swapin.catalog import Catalog
from swapin.model import (
    FALSE,
    Fault,
    FaultError,
    Outcome,
    Rule,
    Verdict,
    folio,
    swap_device,
)
from swapin.observe import audit, read_observations
from swapin.program import Program
from yardsticks.choose import yardstick_for


def inverted(rule: Rule) -> Rule:
    """The stable-writes test negated, as posted in v2."""
    assert "writeback.stable-writes" == rule.id
    return replace(rule, when=~folio.fresh & folio.writeback & ~swap_device.stable_writes)


def removed(rule: Rule) -> Rule:
    """The sole-reference reuse gone, as 7.3 has it."""
    assert ("reuse.sole-reference", Outcome.MAPPED_EXCLUSIVE) == (rule.id, rule.outcome)
    return replace(rule, when=FALSE)


MUTANTS = {"writeback.stable-writes": inverted, "reuse.sole-reference": removed}


@pytest.fixture(params=MUTANTS)
def mutant(request: pytest.FixtureRequest, catalog: Catalog) -> Program:
    """A program whose kernels all have one rule changed."""
    changed = MUTANTS[request.param](catalog.rules[request.param])
    kernels = {
        name: replace(kernel, replaces=(*kernel.replaces, changed))
        for name, kernel in catalog.kernels.items()
    }
    mutated = Catalog(catalog.offers)
    mutated.kernels = kernels
    return Program(mutated)


def agrees_with_yardstick(program: Program, name: str) -> bool:
    kernel = program.catalog.kernels[name]
    decide = yardstick_for(kernel.release)
    return next(disagreements(program.compiled(kernel), decide), None) is None


def audited(program: Program, path: Path) -> int:
    def evaluate(faults: Iterable[Fault]) -> Iterator[Verdict | FaultError]:
        return (program.evaluate(fault) for fault in faults)

    return len(audit(read_observations(path, program.catalog), evaluate).disagreements)


def test_caught_by_the_yardstick(program: Program, mutant: Program) -> None:
    """The yardstick of 6.1 agrees with the rules and with neither mutant."""
    assert agrees_with_yardstick(program, "6.1")
    assert not agrees_with_yardstick(mutant, "6.1")


@pytest.mark.parametrize("release", ["6.1", "6.12"])
def test_caught_by_real_kernels(
    root: Path, program: Program, mutant: Program, release: str
) -> None:
    """Faults that real kernels took agree with the rules and with neither mutant."""
    path = root / "tests" / "observations" / f"x86_64-{release}.jsonl.gz"

    assert 0 == audited(program, path)
    assert 0 < audited(mutant, path)


def test_the_inversion_is_unsafe(catalog: Catalog, program: Program) -> None:
    """The inverted test breaks the stable-writes invariant; the rules do not."""
    rule = inverted(catalog.rules["writeback.stable-writes"])
    mutated = Catalog(catalog.offers)
    kernel = replace(catalog.kernels["6.1"], replaces=(rule,))
    mutated.kernels = {**catalog.kernels, "6.1": kernel}

    assert set() == broken(program.compiled(catalog.kernels["6.1"]), catalog)
    assert "stable-writes" in broken(Program(mutated).compiled(kernel), mutated)
