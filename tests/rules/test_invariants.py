"""Every invariant holds in every admissible state of every kernel but the faulty variant."""

from __future__ import annotations

import pytest

from swapin.catalog import Catalog
from swapin.program import Program
from swapin.program.compiled import Compiled

FAULTY = {"v2-posted": {"stable-writes", "marker-is-kept"}}


def broken(compiled: Compiled, catalog: Catalog) -> set[str]:
    """The invariants that some admissible state of a kernel violates."""
    d = compiled.diagrams
    found = set()
    for invariant in catalog.invariants.values():
        holds = d.condition(
            invariant.holds.given(compiled.capabilities), compiled.condition_of_outcome
        )
        if d.all([compiled.condition_of_admissible, d.choose(holds, d.false, d.true)]) != d.false:
            found.add(invariant.id)
    return found


def test_invariants(catalog: Catalog, program: Program) -> None:
    """Only v2-posted breaks an invariant: it maps a page writable while it is written."""
    found = {
        name: broken(program.compiled(kernel), catalog) for name, kernel in catalog.kernels.items()
    }

    assert FAULTY == {name: ids for name, ids in found.items() if ids}


@pytest.mark.parametrize("name", ["5.10", "6.1", "7.3"])
def test_no_constraint_is_idle(catalog: Catalog, program: Program, name: str) -> None:
    """The admissible space is neither empty nor everything."""
    compiled = program.compiled(catalog.kernels[name])

    assert compiled.condition_of_admissible not in (
        compiled.diagrams.false,
        compiled.diagrams.true,
    )
