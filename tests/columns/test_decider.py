"""The columnar form gives what the interpreter gives, unknown facts included."""

from __future__ import annotations

import random

import numpy as np
import pytest

from rows import (
    MARKER,
    PRESETS,
    Row,
    columns_of,
    every_choice,
    interpreted,
    resolved,
    sampled,
    verdicts,
)
from swapin.catalog import Catalog
from swapin.columns import Bits, ColumnDecider, Outcomes
from swapin.columns.bits import everything, from_booleans, to_booleans
from swapin.columns.plan import BLOCK
from swapin.model import Group
from swapin.program import Program


def told(outcomes: Outcomes) -> list[dict[str, str] | None]:
    """What is said of each row; every row has one value of each outcome, or is impossible."""
    impossible = to_booleans(outcomes.impossible, outcomes.rows)
    found: list[dict[str, str] | None] = [None if no else {} for no in impossible]
    for outcome, values in outcomes.values.items():
        seen = impossible.copy()
        for value, column in values.items():
            held = to_booleans(column, outcomes.rows)
            assert not (seen & held).any(), (outcome, value)
            seen |= held
            for place in np.flatnonzero(held):
                row = found[place]
                assert row is not None
                row[outcome] = value
        assert seen.all(), outcome
    return found


@pytest.mark.parametrize(("kernel", "architecture", "backend"), PRESETS)
def test_it_equals_verdicts(
    catalog: Catalog, program: Program, kernel: str, architecture: str, backend: str
) -> None:
    """Over rows by chance, for all outcomes at once and each alone."""
    presets = resolved(catalog, kernel, architecture, backend)
    compiled = program.compiled(presets.kernel)
    rows = list(sampled(compiled, presets.known, kernel, 1500))
    columns = columns_of(rows, compiled.facts)
    want = verdicts(compiled, rows, presets.known)

    for thorough in (False, True):
        decider = ColumnDecider(compiled, known=presets.known, thorough=thorough)
        assert want == told(decider(columns, len(rows)))
    for group in Group:
        alone = ColumnDecider(compiled, [group], presets.known)(columns, len(rows))
        named = [one and {group.field: one[group.field]} for one in want]
        assert named == told(alone), group


@pytest.mark.parametrize(("kernel", "architecture", "backend"), PRESETS)
def test_facts_known_in_every_row(
    catalog: Catalog, program: Program, kernel: str, architecture: str, backend: str
) -> None:
    """They take another way through the diagram, to the same end."""
    presets = resolved(catalog, kernel, architecture, backend)
    compiled = program.compiled(presets.kernel)
    chance = random.Random(kernel)
    rows = [
        {name: chance.random() < 0.5 if value is None else value for name, value in row.items()}
        for row in sampled(compiled, presets.known, kernel, 1500)
    ]
    decider = ColumnDecider(compiled, known=presets.known)
    columns = columns_of(rows, compiled.facts)
    all_rows = everything(len(rows))
    slower = {name: Bits(bits.values, all_rows) for name, bits in columns.items()}

    want = verdicts(compiled, rows, presets.known)
    assert want == told(decider(columns, len(rows)))
    assert want == told(decider(slower, len(rows)))
    assert len(decider.plan(columns).steps) < len(decider.plan(slower).steps)


@pytest.mark.parametrize("kernel", ["6.1", "v2-posted"])
def test_it_equals_the_interpreter(catalog: Catalog, program: Program, kernel: str) -> None:
    """The interpreter, which shares no diagram with it, says the same."""
    compiled = program.compiled(catalog.kernels[kernel])
    rows = list(sampled(compiled, {}, kernel, 250))

    found = told(ColumnDecider(compiled)(columns_of(rows, compiled.facts), len(rows)))
    assert interpreted(catalog, kernel, rows) == found


@pytest.mark.slow
@pytest.mark.parametrize("kernel", ["5.19", "v2-posted"])
def test_every_choice_of_marker_facts(catalog: Catalog, program: Program, kernel: str) -> None:
    """Known and unknown; facts that a decider was not told of are unknown, as are missing ones."""
    compiled = program.compiled(catalog.kernels[kernel])
    rows = every_choice(MARKER)
    columns = columns_of(rows, MARKER)
    want = interpreted(catalog, kernel, rows)

    for thorough in (False, True):
        decider = ColumnDecider(compiled, facts=MARKER, thorough=thorough)
        assert want == told(decider(columns, len(rows)))
    assert want == told(ColumnDecider(compiled)(columns, len(rows)))


@pytest.mark.parametrize("kernel", ["6.1", "7.3"])
def test_every_admissible_state(catalog: Catalog, program: Program, kernel: str) -> None:
    """Every state that the rules of an outcome tell apart, the other facts being unknown."""
    compiled = program.compiled(catalog.kernels[kernel])
    for condition, groups in (
        (compiled.condition_of_mapped, [group for group in Group if group is not Group.PATH]),
        (compiled.condition_of_admissible, [Group.PATH]),
    ):
        read = compiled.table_of(groups[0]).facts
        rows: list[Row] = [dict(state) for state in compiled.states(condition, read)]
        found = told(ColumnDecider(compiled, groups)(columns_of(rows, read), len(rows)))
        want = verdicts(compiled, rows)
        assert len(rows) > 4000
        for group in groups:
            named = [one and one[group.field] for one in want]
            assert named == [one and one[group.field] for one in found]


@pytest.mark.parametrize("thorough", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_some_values(catalog: Catalog, program: Program, share: float, thorough: bool) -> None:
    """Columns that are asked for alone are those that come with all others, by less work."""
    compiled = program.compiled(catalog.kernels["6.1"])
    wanted = ["ANSWER_YES", "WRITE_REUSED"]
    chance = random.Random(1)
    rows = [
        {name: None if chance.random() < share else chance.random() < 0.5 for name in MARKER}
        for _ in range(500)
    ]
    columns = columns_of(rows, MARKER)
    decider = ColumnDecider(compiled, facts=MARKER)
    fewer = ColumnDecider(compiled, facts=MARKER, values=wanted, thorough=thorough)
    all_of, found = decider(columns, len(rows)), fewer(columns, len(rows))

    assert len(fewer.plan(columns).steps) < len(decider.plan(columns).steps)
    assert (all_of.impossible == found.impossible).all()
    assert found.impossible.any()
    for outcome, by_value in all_of.values.items():
        assert found.values[outcome].keys() == by_value.keys() & wanted
        for value, column in found.values[outcome].items():
            assert (column == by_value[value]).all()
    with pytest.raises(ValueError, match="ANSWER_MAYBE"):
        ColumnDecider(compiled, [Group.EXCLUSIVE], values=["ANSWER_MAYBE"])


def test_threads_and_blocks(catalog: Catalog, program: Program) -> None:
    """A row's answer does not depend on where it stands, nor on who computes it."""
    compiled = program.compiled(catalog.kernels["6.12"])
    rows = list(sampled(compiled, {}, "blocks", 500))
    size = 10 * BLOCK * 64 + 700
    places = np.random.default_rng(1).integers(0, len(rows), size)
    columns = {
        name: Bits(
            from_booleans(to_booleans(bits.values, len(rows))[places]),
            None
            if bits.known is None
            else from_booleans(to_booleans(bits.known, len(rows))[places]),
        )
        for name, bits in columns_of(rows, compiled.facts).items()
    }
    decider = ColumnDecider(compiled)
    want = decider(columns_of(rows, compiled.facts), len(rows))
    for threads in (1, 3):
        found = decider(columns, size, threads)
        assert (
            to_booleans(want.impossible, len(rows))[places] == to_booleans(found.impossible, size)
        ).all()
        for group in Group:
            assert want.values[group.field].keys() == found.values[group.field].keys()
            for value, column in found.values[group.field].items():
                small = to_booleans(want.values[group.field][value], len(rows))
                assert (small[places] == to_booleans(column, size)).all(), value
                assert not np.unpackbits(column.view(np.uint8), bitorder="little")[size:].any()


@pytest.mark.slow
@pytest.mark.parametrize("kernel", ["6.1", "7.3"])
def test_a_million_faults(catalog: Catalog, program: Program, kernel: str) -> None:
    """By chance: verdicts and columns agree on every one."""
    compiled = program.compiled(catalog.kernels[kernel])
    decider = ColumnDecider(compiled)
    for part in range(10):
        rows = list(sampled(compiled, {}, f"{kernel} {part}", 50_000))
        assert verdicts(compiled, rows) == told(
            decider(columns_of(rows, compiled.facts), len(rows))
        )


def test_short_column(catalog: Catalog, program: Program) -> None:
    """It is refused by its name."""
    decider = ColumnDecider(program.compiled(catalog.kernels["6.1"]), facts=MARKER)
    columns = columns_of([dict.fromkeys(MARKER, True)] * 64, MARKER)

    with pytest.raises(ValueError, match="fewer than 2 words"):
        decider(columns, 65)
    with pytest.raises(ValueError, match=r"column folio\.fresh"):
        decider({"folio.fresh": columns["folio.fresh"]}, 65)


def test_no_outcome(catalog: Catalog, program: Program) -> None:
    """Nothing asked for is no reason to call every row impossible."""
    with pytest.raises(ValueError, match="no outcome"):
        ColumnDecider(program.compiled(catalog.kernels["6.1"]), [])


def test_no_rows(catalog: Catalog, program: Program) -> None:
    """Nothing is said of no faults."""
    compiled = program.compiled(catalog.kernels["6.1"])

    assert [] == told(ColumnDecider(compiled)({}, 0))
