"""Every invariant holds in every admissible state of every kernel but those known to be faulty."""

from __future__ import annotations

import pytest

from swapin.catalog import Catalog
from swapin.program import Program
from swapin.program.compiled import Compiled

# reuse_swap_page() makes no test of stable writes for a large page whose other slots are in use.
FAULTY = {
    **{f"5.{minor}": {"stable-writes"} for minor in range(10, 18)},
    "v2-posted": {"stable-writes", "marker-is-kept"},
}


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
    """Only kernels that are known to map a page writable while it is written break invariants."""
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
