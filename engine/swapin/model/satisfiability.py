"""Whether an expression can hold: plain backtracking, apart from the compiled forms."""

from __future__ import annotations

from collections.abc import Mapping

from swapin.model.expressions import And, Atom, Const, Expression, Not, Or


def satisfiable(expression: Expression) -> bool:
    """Whether some values of its atoms make the expression true."""
    return model_of(expression) is not None


def model_of(expression: Expression) -> Mapping[str, bool] | None:
    """Values of atoms that make the expression true, or ``None``.

    An atom that is not in the answer may have either value.
    """
    found: dict[str, bool] = {}
    expression = expression.given({})
    # What must hold is decided before anything is tried.
    while True:
        if isinstance(expression, Const):
            return found if expression.value else None
        units = dict(_units(expression))
        if not units:
            break
        found.update(units)
        expression = expression.given(units)
    name = _most_constrained(expression)
    for value in (True, False):
        rest = model_of(expression.given({name: value}))
        if rest is not None:
            return {**found, name: value, **rest}
    return None


def _units(expression: Expression) -> list[tuple[str, bool]]:
    """Atoms that have but one value in every state that satisfies a conjunction."""
    parts = expression.parts if isinstance(expression, And) else (expression,)
    found: list[tuple[str, bool]] = []
    for part in parts:
        if isinstance(part, Atom):
            found.append((part.name, True))
        elif isinstance(part, Not) and isinstance(part.part, Atom):
            found.append((part.part.name, False))
    return found


def _most_constrained(expression: Expression) -> str:
    """An atom of the shortest part of a conjunction: the one with the fewest ways out."""
    parts = expression.parts if isinstance(expression, And) else (expression,)
    shortest = min(parts, key=lambda part: len(part.parts) if isinstance(part, Or) else 2)
    return next(shortest.names())
