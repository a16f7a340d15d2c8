"""How rules combine, with toy rules: claim, veto, silent, unknown."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping

import pytest

from swapin.model import Answer, CatalogError, Fault, Outcome, Verdict, fact
from swapin.program import Program, load_program
from toys import KERNEL, candidate, choice_rules, toy_catalog, toy_claim, toy_fact, toy_veto

FACTS = ("toy.a", "toy.b", "toy.v")
RULES = [
    toy_claim("claim.a", fact("toy.a")),
    toy_claim("claim.b", fact("toy.b")),
    toy_veto("veto.v", fact("toy.v")),
    toy_claim("later", Outcome.EXCLUSIVE.yes, Outcome.MAPPED_EXCLUSIVE),
    *choice_rules(),
]


def toy_program(rules: list[object] = RULES) -> Program:  # type: ignore[assignment]
    facts = [toy_fact(name) for name in FACTS]
    return Program(toy_catalog(candidate("toy", facts=facts, rules=rules, kernels=[KERNEL])))


def evaluate(program: Program, facts: Mapping[str, bool]) -> Verdict:
    return program.evaluate(Fault(release="6.1", facts=facts))


@pytest.mark.parametrize(
    ("facts", "answer", "deciding"),
    [
        pytest.param({"a": 1, "b": 0, "v": 0}, Answer.YES, ("claim.a",), id="a claim"),
        pytest.param({"a": 1, "b": 1, "v": 0}, Answer.YES, ("claim.a", "claim.b"), id="both"),
        pytest.param({"a": 0, "b": 0, "v": 0}, Answer.NO, (), id="silence is no"),
        pytest.param({"a": 1, "b": 1, "v": 1}, Answer.NO, ("veto.v",), id="a veto beats claims"),
        pytest.param({"v": 1}, Answer.NO, ("veto.v",), id="a veto needs no more facts"),
        pytest.param({"a": 1, "v": 0}, Answer.YES, ("claim.a",), id="one claim is enough"),
        pytest.param({"a": 1}, Answer.UNDETERMINED, (), id="a veto may come"),
    ],
)
def test_combining(facts: dict[str, int], answer: Answer, deciding: tuple[str, ...]) -> None:
    """An outcome is yes when some rule claims it and none vetoes it."""
    verdict = evaluate(toy_program(), {f"toy.{name}": bool(v) for name, v in facts.items()})

    assert answer.value == verdict.outcomes["exclusive"]
    assert deciding == verdict.explanation.outcomes[0].deciding


def test_later_outcomes_read_earlier_ones() -> None:
    """An outcome that reads another follows it, unknown facts included."""
    program = toy_program()
    for values in itertools.product([None, False, True], repeat=len(FACTS)):
        facts = {n: v for n, v in zip(FACTS, values, strict=True) if v is not None}
        verdict = evaluate(program, facts)
        assert verdict.outcomes["exclusive"] == verdict.outcomes["mapped_exclusive"]


def test_order_of_rules_changes_nothing() -> None:
    """Whatever the order of declarations, verdict and fingerprint are the same."""
    expected = toy_program()
    shuffled = list(RULES)
    for seed in range(20):
        random.Random(seed).shuffle(shuffled)
        program = toy_program(shuffled)
        assert expected.catalog.fingerprint == program.catalog.fingerprint
        for values in itertools.product([False, True], repeat=len(FACTS)):
            facts = dict(zip(FACTS, values, strict=True))
            assert evaluate(expected, facts).to_json() == evaluate(program, facts).to_json()


def test_incomplete_choice_is_refused() -> None:
    """Of a choice, exactly one member must hold in every admissible state."""
    *_, path, write = choice_rules()

    with pytest.raises(CatalogError, match="`toys`: rules of outcome path: not exactly one"):
        evaluate(toy_program([RULES[0], write]), {})
    with pytest.raises(CatalogError, match="`toys`: rules of outcome write: not exactly one"):
        evaluate(toy_program([RULES[0], path]), {})


def test_a_rule_that_spoils_a_choice_is_left_out() -> None:
    """A stranger's second claim on what a write does is found, named and rolled back."""
    facts = [toy_fact(name) for name in FACTS]
    base = candidate("toy", facts=facts, rules=RULES, kernels=[KERNEL])
    spoils = candidate(
        "spoils", "strangers", rules=[toy_claim("s", fact("toy.a"), Outcome.WRITE_COPIED)]
    )
    program = load_program(candidates=[base, spoils])

    assert ["spoils"] == [failure.origin.plugin for failure in program.catalog.failed]
    verdict = evaluate(program, {"toy.a": True})
    assert ("WRITE_IN_PLACE", True) == (verdict.outcomes["write"], verdict.provenance.degraded)
    with pytest.raises(CatalogError, match="`strangers`: rules of outcome write"):
        load_program(strict=True, candidates=[base, spoils])
