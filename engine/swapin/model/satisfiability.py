"""Whether an expression can hold: plain backtracking, apart from the compiled forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from swapin.model.expressions import And, Atom, Const, Expression, Not, Or

_Clause = tuple[Expression, frozenset[str]]
"""One part of a conjunction, and the names of its atoms."""


def satisfiable(expression: Expression) -> bool:
    """Whether some values of its atoms make the expression true."""
    return model_of(expression) is not None


def model_of(expression: Expression) -> Mapping[str, bool] | None:
    """Values of atoms that make the expression true, or ``None``.

    An atom that is not in the answer may have either value.
    """
    clauses = _clauses([expression])
    return None if clauses is None else _model(clauses)


def _model(clauses: Sequence[_Clause]) -> dict[str, bool] | None:
    found: dict[str, bool] = {}
    # What must hold is decided before anything is tried.
    while units := dict(_units(clauses)):
        found.update(units)
        left = _given(clauses, units)
        if left is None:
            return None
        clauses = left
    if not clauses:
        return found
    name = _most_constrained(clauses)
    for value in (True, False):
        left = _given(clauses, {name: value})
        rest = None if left is None else _model(left)
        if rest is not None:
            return {**found, name: value, **rest}
    return None


def _clauses(parts: Iterable[Expression]) -> list[_Clause] | None:
    """The parts of a conjunction, flat and without those that hold; ``None``: one never does."""
    found: list[_Clause] = []
    for part in parts:
        for one in part.parts if isinstance(part, And) else (part,):
            if not isinstance(one, Const):
                found.append((one, frozenset(one.names())))
            elif not one.value:
                return None
    return found


def _given(clauses: Sequence[_Clause], known: Mapping[str, bool]) -> list[_Clause] | None:
    """What is left of a conjunction; only the parts that read a known atom are looked at."""
    untouched: list[_Clause] = []
    changed: list[Expression] = []
    for clause in clauses:
        if clause[1].isdisjoint(known):
            untouched.append(clause)
        else:
            changed.append(clause[0].given(known))
    left = _clauses(changed)
    return None if left is None else untouched + left


def _units(clauses: Sequence[_Clause]) -> list[tuple[str, bool]]:
    """Atoms that have but one value in every state that satisfies a conjunction."""
    found: list[tuple[str, bool]] = []
    for part, _ in clauses:
        if isinstance(part, Atom):
            found.append((part.name, True))
        elif isinstance(part, Not) and isinstance(part.part, Atom):
            found.append((part.part.name, False))
    return found


def _most_constrained(clauses: Sequence[_Clause]) -> str:
    """An atom of the shortest part of a conjunction: the one with the fewest ways out."""
    shortest, _ = min(
        clauses, key=lambda clause: len(clause[0].parts) if isinstance(clause[0], Or) else 2
    )
    return next(shortest.names())
