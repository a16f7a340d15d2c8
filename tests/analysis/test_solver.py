"""The solver, the decision diagrams and plain enumeration give one answer."""

from __future__ import annotations

import itertools
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swapin.analysis.solver import NoSolver, Question, Solver
from swapin.catalog import Catalog
from swapin.model import (
    FALSE,
    TRUE,
    Atom,
    Expression,
    Outcome,
    all_of,
    any_of,
    fact,
    folio,
    swap_device,
)
from swapin.program import Program
from toys import KERNEL, candidate, choice_rules, toy_catalog, toy_claim, toy_fact, toy_veto

KERNELS = ["5.10", "5.18", "v2-posted", "6.1", "6.12", "7.0", "7.3"]


def by_diagrams(program: Program, kernel: str, question: Question, *parts: Expression) -> bool:
    """The answer that the compiled rules give."""
    compiled = program.compiled(program.catalog.kernels[kernel])
    d = compiled.diagrams
    broken = question.broken([part.given(compiled.capabilities) for part in parts])
    node = d.condition(broken, compiled.condition_of_outcome)
    return d.all([compiled.condition_of_mapped, node]) == d.false


@pytest.mark.parametrize("kernel", KERNELS)
def test_invariants_as_by_diagrams(catalog: Catalog, program: Program, kernel: str) -> None:
    """Every invariant holds for the solver if and only if it holds for the diagrams."""
    solver = Solver(catalog, catalog.kernels[kernel])

    for invariant in catalog.invariants.values():
        reply = solver.ask(Question.ALWAYS, invariant.holds)
        expected = by_diagrams(program, kernel, Question.ALWAYS, invariant.holds)
        assert expected == reply.holds, invariant.id
        assert reply.holds == (not reply.counterexample)


@pytest.mark.parametrize("kernel", ["5.10", "6.1", "7.3"])
def test_pairs_of_rules_as_by_diagrams(catalog: Catalog, program: Program, kernel: str) -> None:
    """Each question about two rules of the marker and the mapping has one answer."""
    solver = Solver(catalog, catalog.kernels[kernel])
    told = (Outcome.EXCLUSIVE, Outcome.MAPPED_EXCLUSIVE)
    atoms = set(program.compiled(catalog.kernels[kernel]).facts)
    rules = [
        rule
        for rule in catalog.rules_of(catalog.kernels[kernel])
        if rule.outcome in told
        and set(rule.when.given(catalog.capabilities(catalog.kernels[kernel])).names())
        <= atoms | {o.yes.name for o in Outcome}
    ]
    answers = set()

    for one, two in itertools.combinations(rules, 2):
        for question in (Question.EQUIVALENT, Question.IMPLIES, Question.DISJOINT):
            reply = solver.ask(question, solver.rule(one.id), solver.rule(two.id))
            expected = by_diagrams(program, kernel, question, one.when, two.when)
            assert expected == reply.holds, (question, one.id, two.id)
            answers.add(reply.holds)
    assert {True, False} == answers


def test_a_counterexample_is_one(catalog: Catalog, program: Program) -> None:
    """The state that breaks the invariant in v2 is admissible, and the engine breaks it there."""
    kernel = catalog.kernels["v2-posted"]
    reply = Solver(catalog, kernel).ask(
        Question.NEVER, folio.writeback & swap_device.stable_writes & Outcome.PTE_WRITABLE.yes
    )
    facts = {name: v for name, v in reply.counterexample.items() if name in catalog.atoms}

    finding = program.compiled(kernel).finding(facts)

    assert finding is not None
    assert facts["folio.writeback"]
    assert facts["swap_device.stable_writes"]
    assert "ANSWER_YES" == finding.outcomes["pte_writable"]


def test_without_z3(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the error says how to get it."""
    monkeypatch.setitem(sys.modules, "z3", None)

    with pytest.raises(NoSolver, match=r"swapin\[solver\]"):
        Solver(catalog, catalog.kernels["6.1"])


def test_the_number_of_expressions() -> None:
    """A question about two expressions is not asked of one."""
    with pytest.raises(ValueError, match="`implies` is about 2 expressions"):
        Question.IMPLIES.broken([TRUE])


NAMES = ("a.one", "a.two", "a.three")
ATOMS = st.sampled_from([*map(Atom, NAMES), TRUE, FALSE])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map(lambda part: ~part),
        st.lists(inner, min_size=2, max_size=3).map(all_of),
        st.lists(inner, min_size=2, max_size=3).map(any_of),
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(
    claimed=EXPRESSIONS,
    vetoed=EXPRESSIONS,
    asked=st.lists(EXPRESSIONS, min_size=2, max_size=2),
    question=st.sampled_from(Question),
)
def test_small_rule_sets_by_enumeration(
    claimed: Expression, vetoed: Expression, asked: list[Expression], question: Question
) -> None:
    """For rules of any form: what the solver says is so in each of the eight states, or is not."""
    # A rule that can never fire is refused.
    claimed, vetoed = claimed | fact("a.four"), vetoed | fact("a.five")
    catalog = toy_catalog(
        candidate(
            "toy",
            facts=[toy_fact(name) for name in (*NAMES, "a.four", "a.five")],
            rules=[toy_claim("toy.c", claimed), toy_veto("toy.v", vetoed), *choice_rules()],
            kernels=[KERNEL],
        )
    )
    parts = [asked[0] & Outcome.EXCLUSIVE.yes, asked[1]][: question.expressions]

    reply = Solver(catalog, KERNEL).ask(question, *parts)

    names = (*NAMES, "a.four", "a.five")
    broken = False
    for values in itertools.product((False, True), repeat=len(names)):
        state = dict(zip(names, values, strict=True))
        exclusive = claimed.holds(state) and not vetoed.holds(state)
        broken |= question.broken(parts).holds(state | {"outcome.exclusive": exclusive})
    assert reply.holds == (not broken)
