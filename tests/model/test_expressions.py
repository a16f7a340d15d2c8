"""Expressions: data that is run, simplified and printed."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swapin.model import FALSE, TRUE, Expression, Namespace, Not, fact
from swapin.model.satisfiability import model_of, satisfiable

NAMES = ("a", "b", "c", "d")
ATOMS = st.sampled_from(NAMES).map(fact)
EXPRESSIONS = st.recursive(
    ATOMS | st.sampled_from([TRUE, FALSE]),
    lambda inner: st.one_of(
        inner.map(lambda e: ~e),
        st.tuples(inner, inner).map(lambda p: p[0] & p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] | p[1]),
    ),
    max_leaves=12,
)
STATES = [
    dict(zip(NAMES, values, strict=True))
    for values in itertools.product([False, True], repeat=len(NAMES))
]


def test_text_reads_as_written() -> None:
    """The text of an expression is what a plugin's author wrote."""
    folio = Namespace("folio")
    expression = ~folio.fresh & (folio.writeback | folio.ksm)

    assert str(expression) == "~folio.fresh & (folio.writeback | folio.ksm)"


def test_no_truth_value() -> None:
    """``and`` between expressions is a mistake and says so."""
    with pytest.raises(TypeError, match="combine with"):
        bool(fact("a"))


@given(EXPRESSIONS, st.dictionaries(st.sampled_from(NAMES), st.booleans()))
def test_given_keeps_the_meaning(expression: Expression, known: dict[str, bool]) -> None:
    """What is left after some atoms are known agrees with the whole in every state."""
    left = expression.given(known)

    assert not set(left.names()) & set(known)
    for state in STATES:
        full = {**state, **known}
        assert expression.holds(full) == left.holds(full)


@given(EXPRESSIONS)
def test_satisfiable_is_exact(expression: Expression) -> None:
    """The search finds a state if and only if there is one, and it is one."""
    assert any(expression.holds(state) for state in STATES) == satisfiable(expression)
    found = model_of(expression)
    if found is not None:
        assert all(expression.holds({**state, **found}) for state in STATES)


def test_negation_of_a_negation() -> None:
    """Knowing an atom leaves no double negation behind."""
    assert fact("a") == Not(Not(fact("a"))).given({})
