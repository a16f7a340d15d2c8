"""A sample of the mutants that ``make mutants`` judges: none survives, and equivalent ones are."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from mutants.judge import Behaviour, seen_by_kernel
from mutants.mutate import Mutant, mutants_of
from program.test_whole_space import total
from swapin.catalog import Catalog
from swapin.model import Atom, Kind, Outcome, folio, swap_device
from swapin.program import Program
from swapin.program.interpreter import Interpreter
from toys import toy_claim

EVERY = 9


@pytest.fixture(scope="module")
def behaviour(root: Path, catalog: Catalog, program: Program) -> Behaviour:
    """6.1, with what it was seen to do."""
    kernel = catalog.kernels["6.1"]
    path = root / "tests" / "observations" / "x86_64-6.1.jsonl.gz"
    seen = seen_by_kernel(catalog, [path])["6.1"]
    assert seen
    return Behaviour(kernel, program.compiled(kernel), seen)


def test_mutants_of_a_rule() -> None:
    """Each part negated and dropped, the rule dropped, and turned into a veto."""
    one, two = Atom("a.one"), Atom("a.two")
    found = list(mutants_of(toy_claim("toy.rule", one & ~two)))

    whens = [str(m.rule.when) for m in found if m.rule.kind is Kind.CLAIM]
    assert [
        "never",
        "~(a.one & ~a.two)",
        "~a.two",
        "~a.one & ~a.two",
        "a.one",
        "a.one & a.two",
    ] == (whens)
    assert 1 == sum(m.rule.kind is Kind.VETO for m in found)


def test_the_inversion_is_caught_by_check(catalog: Catalog, behaviour: Behaviour) -> None:
    """The stable-writes test negated breaks an invariant; nothing else has to be asked."""
    rule = catalog.rules["writeback.stable-writes"]
    when = ~folio.fresh & folio.writeback & ~swap_device.stable_writes

    assert "check" == behaviour.verdict(Mutant(replace(rule, when=when), "inverted"))


def test_the_same_rule_is_equivalent(catalog: Catalog, behaviour: Behaviour) -> None:
    """A rule that changed nothing is no mutant that anybody could catch."""
    rule = catalog.rules["writeback.stable-writes"]

    assert "equivalent" == behaviour.verdict(Mutant(rule, "nothing"))
    assert "equivalent" == behaviour.verdict(
        Mutant(replace(rule, when=~~rule.when & rule.when), "said twice")
    )


def test_a_sample(catalog: Catalog, behaviour: Behaviour) -> None:
    """Every ninth mutant is caught or equivalent in 6.1; the interpreter agrees with the latter."""
    every = [mutant for rule in catalog.rules.values() for mutant in mutants_of(rule)][::EVERY]
    verdicts = [behaviour.verdict(mutant) for mutant in every]
    counts = Counter(verdicts)

    assert counts["check"] > 20
    assert counts["yardstick"] > 3
    assert 0 == counts["survived"], [
        str(m) for m, v in zip(every, verdicts, strict=True) if v == "survived"
    ]
    program = Program(catalog)
    kernel = catalog.kernels["6.1"]
    compiled = program.compiled(kernel)
    chance = random.Random("6.1")
    plain = Interpreter(catalog, kernel, catalog.capabilities(kernel))
    equivalent = [m for m, v in zip(every, verdicts, strict=True) if v == "equivalent"]
    for mutant in chance.sample(equivalent, min(12, len(equivalent))):
        changed = replace(kernel, replaces=(mutant.rule,))
        other = Interpreter(catalog, changed, catalog.capabilities(kernel))
        for _ in range(25):
            wanted = {name: chance.random() < 0.5 for name in chance.sample(compiled.facts, 6)}
            if compiled.finding(wanted) is None:
                continue
            state = total(compiled, compiled.condition_of_admissible, wanted)
            full = {**dict.fromkeys(catalog.atoms, False), **state}
            assert plain.outcomes(full) == other.outcomes(full), str(mutant)


def test_observations_catch(catalog: Catalog, program: Program, behaviour: Behaviour) -> None:
    """With yardsticks and invariants set aside, faults of a real kernel catch a dropped rule."""
    kernel = catalog.kernels["6.1"]
    assert Outcome.MAPPED_EXCLUSIVE is catalog.rules["reuse.sole-reference"].outcome
    dropped = next(iter(mutants_of(catalog.rules["reuse.sole-reference"])))

    assert behaviour.contradicted(dropped)
    assert not behaviour.contradicted(Mutant(catalog.rules_of(kernel)[0], "nothing"))
