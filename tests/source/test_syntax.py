"""Expressions of C: what counts as the same, and what a pattern matches."""

from __future__ import annotations

import pytest

from swapin.source.syntax import expression, match


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param("a&&b", " a\n && b", id="white space"),
        pytest.param("unlikely(!folio)", "!folio", id="a remark to the compiler"),
        pytest.param("data_race(si->flags & ST)", "si->flags & ST", id="a remark to the checker"),
        pytest.param("((a) || (b))", "a || b", id="parentheses"),
        pytest.param("(bool)f(x)", "f(x)", id="a cast"),
    ],
)
def test_the_same(one: str, two: str) -> None:
    """What the compiler or the reader is told besides does not count."""
    assert expression(one) == expression(two)


@pytest.mark.parametrize(
    ("one", "two"), [("a & b", "a && b"), ("a->b", "a.b"), ("!(a & b)", "!a & b"), ("a", "b")]
)
def test_not_the_same(one: str, two: str) -> None:
    """Every operator and name counts."""
    assert expression(one) != expression(two)


def test_match() -> None:
    """A ``$`` name stands for one expression, the same wherever it occurs."""
    found = match(expression("pte_mkwrite($pte, vma)"), expression("pte_mkwrite(f(pte), vma)"))

    assert {"$pte": expression("f(pte)")} == found
    assert match(expression("$a == $a"), expression("x == y")) is None
    assert {"$a": expression("x")} == match(expression("$a == $a"), expression("x == x"))


def test_no_expression() -> None:
    """Text that is none is refused."""
    with pytest.raises(ValueError, match="no C expression"):
        expression("if (")
