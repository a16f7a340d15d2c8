"""What would settle an undetermined outcome: a smallest set, checked against brute force."""

from __future__ import annotations

import itertools

import pytest

from swapin.model import Fault, Group
from swapin.program import Program
from swapin.program.compiled import Compiled

OWNED = {
    "pte.swp_exclusive": True,
    "pte.have_arch_swp_exclusive": True,
    "folio.fresh": False,
    "folio.ksm": False,
    "folio.writeback": True,
    "swap_device.stable_writes": False,
    "access.write": False,
}

# Nothing ends the fault before it maps the page.
ORDINARY = {
    "pte.entry.swap": True,
    "pte.same": True,
    "swap_device.available": True,
    "folio.swapcache_hit": True,
    "folio.hwpoison": False,
    "folio.allocated": True,
    "folio.locked": True,
    "folio.entry_matches": True,
    "folio.uptodate": True,
}


def settles(
    compiled: Compiled, known: dict[str, bool], names: tuple[str, ...], outcome: str
) -> bool:
    """Whether every admissible answer to these questions leaves one value of the outcome."""
    for values in itertools.product([False, True], repeat=len(names)):
        finding = compiled.finding({**known, **dict(zip(names, values, strict=True))})
        if finding is not None and finding.outcomes[outcome].endswith("UNDETERMINED"):
            return False
    return True


@pytest.mark.parametrize("outcome", ["exclusive", "mapped_exclusive"])
@pytest.mark.parametrize("left_out", list(itertools.combinations(OWNED, 3)))
def test_smallest_set(program: Program, outcome: str, left_out: tuple[str, ...]) -> None:
    """The named facts settle the outcome, and no smaller set does."""
    kernel = program.catalog.kernels["6.1"]
    compiled = program.compiled(kernel)
    known = {name: value for name, value in OWNED.items() if name not in left_out}
    verdict = program.evaluate(Fault(release="6.1", facts=known))
    (entry,) = [e for e in verdict.explanation.outcomes if e.outcome == outcome]

    assert settles(compiled, known, entry.settled_by, outcome)
    unknown = [name for name in compiled.facts if name not in known]
    for smaller in itertools.combinations(unknown, max(len(entry.settled_by) - 1, 0)):
        if entry.settled_by:
            assert not settles(compiled, known, smaller, outcome), smaller


def test_nothing_known(program: Program) -> None:
    """A description of nothing but the kernel gets an answer: what to say."""
    verdict = program.evaluate({"kernel": {"release": "6.1"}})

    assert "ANSWER_UNDETERMINED" == verdict.outcomes["exclusive"]
    assert {"pte.swp_exclusive", "folio.fresh", "folio.ksm"} < set(verdict.settled_by)
    assert {group.field for group in Group} == {e.outcome for e in verdict.explanation.outcomes}


def test_settled_verdicts_ask_nothing(program: Program) -> None:
    """A verdict without an undetermined outcome names no fact."""
    facts = {**OWNED, **ORDINARY, "pte.uffd_wp": False, "vma.writable": True}
    verdict = program.evaluate(Fault(release="6.1", facts=facts))

    assert () == verdict.settled_by
    assert ("WRITE_REUSED", "PATH_MAPPED") == (verdict.outcomes["write"], verdict.outcomes["path"])
