"""Why a description contradicts itself: the fields, and the constraints that exclude them."""

from __future__ import annotations

from swapin.catalog import Catalog
from swapin.model import FaultError, Problem, Reason, all_of
from swapin.model.satisfiability import satisfiable
from swapin.program.resolve import Resolved


def contradiction(resolved: Resolved, catalog: Catalog) -> FaultError:
    """The error for facts that no admissible state has: one problem a field.

    A smallest conflict is shown: without any of its facts, or any of the constraints that
    are cited, there would be none.
    """
    # In the order of their names, so that the same facts get the same words.
    given = dict(sorted(resolved.known.items()))
    holds = {name: constraint.holds for name, constraint in catalog.constraints.items()}
    read = {name: frozenset(condition.names()) for name, condition in holds.items()}
    left = {name: condition.given(given) for name, condition in holds.items()}
    # Kernel facts go first, so that the conflict left over is about the fault itself.
    for name in sorted(given, key=lambda name: _place(name, resolved, catalog)):
        rest = {key: value for key, value in given.items() if key != name}
        changed = {c: holds[c].given(rest) for c in holds if name in read[c]}
        if not satisfiable(all_of({**left, **changed}.values())):
            given = rest
            left.update(changed)
    for name in list(left):
        rest_of = {other: condition for other, condition in left.items() if other != name}
        if not satisfiable(all_of(rest_of.values())):
            left = rest_of
    why = "; ".join(catalog.constraints[name].because for name in left)
    return FaultError(
        Problem(name, Reason.IMPOSSIBLE_FAULT, f"{_said(name, given, resolved, catalog)}: {why}")
        for name in given
    )


def _place(name: str, resolved: Resolved, catalog: Catalog) -> tuple[bool, bool, str]:
    return not catalog.atoms[name].capability, not resolved.bound_by(name), name


def _said(name: str, given: dict[str, bool], resolved: Resolved, catalog: Catalog) -> str:
    def told(other: str) -> str:
        bound = resolved.bound_by(other)
        source = f" (from {bound})" if bound else ""
        return f"`{catalog.atoms[other].said(other, given[other])}`{source}"

    others = [told(other) for other in given if other != name]
    return (
        f"{told(name)} cannot be with {' and '.join(others)}"
        if others
        else f"{told(name)} cannot be"
    )
