"""What two kernels do differently between faults: exactly where, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest

from swapin.analysis import diff, side_of
from swapin.analysis.between import NOTHING, TransitionDifference, between
from swapin.catalog import Catalog
from swapin.cli import main
from swapin.life.decide import Decider
from swapin.model import EFFECTS, PAGE_ATOMS, Group
from swapin.program import Program

ATOMS = (*PAGE_ATOMS, "pte.swp_exclusive")


def told(one: TransitionDifference, page: Mapping[str, bool]) -> bool:
    facts = [f"{name}={str(value).lower()}" for name, value in page.items()]
    return any(set(cube) <= set(facts) for cube in one.cubes)


@pytest.mark.parametrize(("before", "after"), [("5.10", "6.1"), ("5.18", "5.19"), ("6.1", "7.3")])
def test_it_is_exactly_what_differs(program: Program, before: str, after: str) -> None:
    """Every event in every state of the page, asked of both kernels one by one."""
    sides = [side_of(program.catalog, name, architecture="x86_64") for name in (before, after)]
    found = [one for one in between(*sides) if NOTHING not in (one.before, one.after)]
    deciders = [Decider(program, name) for name in (before, after)]
    differing = 0
    for event in EFFECTS:
        for values in product((False, True), repeat=len(ATOMS)):
            page = dict(zip(ATOMS, values, strict=True))
            effects = tuple(decider.effect(event, page).effect.value for decider in deciders)
            here = {
                (one.before, one.after)
                for one in found
                if one.event == event.value and told(one, page)
            }
            assert here == ({effects} if effects[0] != effects[1] else set()), (event, page)
            differing += effects[0] != effects[1]
    assert bool(differing) == bool(found)


def test_an_event_that_came_later(catalog: Catalog) -> None:
    """UFFDIO_MOVE is of 6.8: nothing is said of what it does before."""
    found = list(between(side_of(catalog, "6.3"), side_of(catalog, "6.12")))

    assert {("move_swapped", NOTHING)} == {(one.event, one.before) for one in found}
    assert all("since v6.8" in one.source for one in found)
    assert [] == list(between(side_of(catalog, "6.19"), side_of(catalog, "7.0")))


def test_who_asks_for_one_outcome_is_told_of_that(catalog: Catalog) -> None:
    sides = side_of(catalog, "5.18"), side_of(catalog, "5.19")

    assert diff(*sides).transitions
    assert () == diff(*sides, [Group.WRITE]).transitions


def test_the_command_tells_it(capsys: pytest.CaptureFixture[str]) -> None:
    """With the reason, the function and the release."""
    assert 1 == main(["diff", "5.18", "5.19"])
    output = capsys.readouterr().out

    assert "  between faults, fork_swapped: keep in 5.18, clear in 5.19\n    always\n" in output
    assert "mm/memory.c, copy_nonpresent_pte, since v5.19, commit 1493a1913e34" in output
    assert 1 == main(["diff", "5.18", "5.19", "--format", "junit"])
    assert 'name="between.fork_swapped"' in capsys.readouterr().out
