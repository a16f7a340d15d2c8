"""The bit-sliced form lists what diagrams count: both agree, state by state."""

from __future__ import annotations

import random

import pytest

from swapin.analysis.columns import MOST_FACTS, Columns, TooManyFacts
from swapin.analysis.side import meanings, side_of
from swapin.catalog import Catalog
from swapin.model import Expression, Outcome, all_of, fact
from swapin.program.interpreter import Interpreter
from swapin.program.states import count

# A fault in which nothing fails, of a folio of one page; everything else varies.
ORDINARY = {
    "pte.same": True,
    "access.vma_lock": False,
    "swap_device.available": True,
    "swap_slot.claimed": True,
    "folio.allocated": True,
    "folio.locked": True,
    "folio.entry_matches": True,
    "folio.hwpoison": False,
    "folio.uptodate": True,
    "folio.large": False,
    "folio.range_matches": False,
    "folio.other_slots": False,
    "folio.large_reusable": False,
    "vma.uffd_rwp": False,
    "swap_device.zswap_stored": False,
    "swap_device.zero_filled": False,
}
OUTCOMES = (
    Outcome.EXCLUSIVE,
    Outcome.MAPPED_EXCLUSIVE,
    Outcome.PTE_WRITABLE,
    Outcome.WRITE_IN_PLACE,
    Outcome.WRITE_REUSED,
    Outcome.WRITE_COPIED,
)


def conditions(catalog: Catalog, name: str) -> tuple[list[Expression], dict[str, bool]]:
    """Where a fault is admissible, and where each outcome holds too, over facts alone."""
    entry = catalog.facts["pte.entry"]
    known = {**ORDINARY, **{atom: atom == "pte.entry.swap" for atom in entry.atoms}}
    side = side_of(catalog, name, facts=known)
    admissible = all_of(c.holds.given(side.known) for c in catalog.constraints.values())
    meaning = Interpreter(catalog, side.kernel, side.known).meanings
    outcomes = [meaning[outcome.yes.name].given(side.known) for outcome in OUTCOMES]
    return [admissible, *(admissible & outcome for outcome in outcomes)], known


@pytest.mark.parametrize("name", ["5.10", "5.18", "v2-posted", "6.12", "7.3"])
def test_columns_count_what_diagrams_count(catalog: Catalog, name: str) -> None:
    """Every outcome of order-0 faults holds in as many states, counted and listed."""
    asked, known = conditions(catalog, name)
    facts = sorted({atom for condition in asked for atom in condition.names()})
    (meaning,) = meanings([side_of(catalog, name, facts=known)])
    d = meaning.diagrams
    counted = [count(d, meaning.admissible, facts)]
    for outcome in OUTCOMES:
        node = d.all([meaning.admissible, meaning.outcomes[outcome.yes.name]])
        counted.append(count(d, node, facts))
    columns = Columns(asked, facts)

    assert columns.states > 1_000_000
    assert counted == columns.counts()
    assert counted[0]
    assert counted[2]


def test_columns_equal_plain_evaluation() -> None:
    """Random expressions over more facts than a block has: the same states, one by one."""
    chance = random.Random(7)
    names = [f"f{index:02}" for index in range(20)]

    def made(depth: int) -> Expression:
        if depth == 0:
            return fact(chance.choice(names))
        one, two = made(depth - 1), made(depth - 1)
        return [one & two, one | two, ~one][chance.randrange(3)]

    for _ in range(4):
        condition = made(4)
        columns = Columns([condition], names)
        for number, (outer, (column,)) in enumerate(columns.blocks()):
            for _ in range(200):
                place = chance.randrange(1 << 18)
                state = {name: bool(place >> i & 1) for i, name in enumerate(names[:18])}
                assert condition.holds({**state, **outer}) == bool(column >> place & 1)
            assert number < 4
        first = columns.first(0)
        assert (first is None) == (columns.counts() == [0])
        assert first is None or condition.holds(first)


def test_too_many_facts() -> None:
    """A space that would take minutes to list is refused with its size."""
    names = [f"f{index}" for index in range(MOST_FACTS + 1)]

    with pytest.raises(TooManyFacts, match="35 facts"):
        Columns([fact("f0")], names)
