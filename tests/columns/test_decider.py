"""The columnar form gives what the interpreter gives, unknown facts included."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from rows import MARKER, PRESETS, Row, resolved, sampled
from swapin.catalog import Catalog
from swapin.columns import Bits, ColumnDecider, Outcomes
from swapin.columns.bits import from_booleans, to_booleans, words
from swapin.columns.plan import BLOCK
from swapin.model import Group
from swapin.program import Program
from swapin.program.compiled import Compiled
from swapin.program.interpreter import Interpreter


def columns_of(rows: Sequence[Row], names: Sequence[str]) -> dict[str, Bits]:
    """The rows as columns; where a fact is unknown, its value is by chance."""
    chance = random.Random(len(rows))
    columns = {}
    for name in names:
        values = [row.get(name) for row in rows]
        filled = [chance.random() < 0.5 if value is None else value for value in values]
        known = None
        if None in values:
            known = from_booleans([value is not None for value in values])
        columns[name] = Bits(from_booleans(filled), known)
    return columns


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


def expected(
    compiled: Compiled, rows: Sequence[Row], known: Mapping[str, bool]
) -> list[dict[str, str] | None]:
    """What verdicts say of the rows; presets say last."""
    facts = [{k: v for k, v in row.items() if v is not None} | known for row in rows]
    found = [compiled.finding(one) for one in facts]
    return [None if one is None else dict(one.outcomes) for one in found]


@pytest.mark.parametrize(("kernel", "architecture", "backend"), PRESETS)
def test_it_equals_verdicts(
    catalog: Catalog, program: Program, kernel: str, architecture: str, backend: str
) -> None:
    """Over rows by chance, for all outcomes at once and each alone."""
    presets = resolved(catalog, kernel, architecture, backend)
    compiled = program.compiled(presets.kernel)
    rows = list(sampled(compiled, presets.known, kernel, 1500))
    columns = columns_of(rows, compiled.facts)
    want = expected(compiled, rows, presets.known)

    assert want == told(ColumnDecider(compiled, known=presets.known)(columns, len(rows)))
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
    everything = np.full(words(len(rows)), ~np.uint64(0))
    slower = {name: Bits(bits.values, everything) for name, bits in columns.items()}

    want = expected(compiled, rows, presets.known)
    assert want == told(decider(columns, len(rows)))
    assert want == told(decider(slower, len(rows)))
    assert len(decider.plan(columns).steps) < len(decider.plan(slower).steps)


@pytest.mark.parametrize("kernel", ["6.1", "v2-posted"])
def test_it_equals_the_interpreter(catalog: Catalog, program: Program, kernel: str) -> None:
    """The interpreter, which shares no diagram with it, says the same."""
    preset = catalog.kernels[kernel]
    compiled = program.compiled(preset)
    interpreter = Interpreter(catalog, preset, catalog.capabilities(preset))
    rows = list(sampled(compiled, {}, kernel, 250))
    want = [
        interpreter.partial_outcomes({k: v for k, v in row.items() if v is not None})
        for row in rows
    ]

    found = told(ColumnDecider(compiled)(columns_of(rows, compiled.facts), len(rows)))
    assert want == found


@pytest.mark.slow
@pytest.mark.parametrize("kernel", ["5.19", "v2-posted"])
def test_every_choice_of_marker_facts(catalog: Catalog, program: Program, kernel: str) -> None:
    """Known and unknown; facts that a decider was not told of are unknown, as are missing ones."""
    preset = catalog.kernels[kernel]
    compiled = program.compiled(preset)
    interpreter = Interpreter(catalog, preset, catalog.capabilities(preset))
    values = itertools.product([None, False, True], repeat=len(MARKER))
    rows: list[Row] = [dict(zip(MARKER, row, strict=True)) for row in values]
    columns = columns_of(rows, MARKER)
    want = [
        interpreter.partial_outcomes({k: v for k, v in row.items() if v is not None})
        for row in rows
    ]

    assert want == told(ColumnDecider(compiled, facts=MARKER)(columns, len(rows)))
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
        want = expected(compiled, rows, {})
        assert len(rows) > 4000
        for group in groups:
            named = [one and one[group.field] for one in want]
            assert named == [one and one[group.field] for one in found]


def test_threads_and_blocks(catalog: Catalog, program: Program) -> None:
    """A row's answer does not depend on where it stands, nor on who computes it."""
    compiled = program.compiled(catalog.kernels["6.12"])
    rows = list(sampled(compiled, {}, "blocks", 500))
    size = 20 * BLOCK * 64 + 700
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
        assert expected(compiled, rows, {}) == told(
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
