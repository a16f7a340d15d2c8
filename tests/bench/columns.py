"""Columns of bits: beside copying the same facts as bytes, and what rows, facts and rules cost.

Everything runs on one core, and its CPU time is what is told: wall time would be that of whatever
else the machine does. The peers decide the same six facts, and are checked to agree.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from decisions import BIT, FACTS, FRESH, HAVE, KERNEL, KSM, STABLE, WRITEBACK
from measure import Row, interleaved, rows
from plot import chart

from rows import admissible_state
from swapin.catalog import load_catalog
from swapin.columns import Bits, ColumnDecider
from swapin.columns.bits import from_booleans, to_booleans
from swapin.model import Group
from swapin.program import Program
from swapin.program.compiled import Compiled

ROWS = 1 << 24
WHOLE = 1 << 21
"""Rows of the whole decision, which has ten times as many facts."""
LISTED = 30
"""Facts of the states that are listed: 2**30 of them."""
DOCS = Path(__file__).parents[2] / "docs"

Bytes = Mapping[str, npt.NDArray[np.bool_]]


def states(compiled: Compiled, names: tuple[str, ...], condition: int, count: int) -> Bytes:
    """Admissible states by chance, as byte columns."""
    chance = random.Random(1)
    found = [admissible_state(compiled, condition, chance) for _ in range(5000)]
    table = np.array([[state[name] for name in names] for state in found])
    picked = np.random.default_rng(1).integers(0, len(table), count)
    return {name: table[picked, place] for place, name in enumerate(names)}


def bits_of(columns: Bytes, unknown: float = 0.0) -> dict[str, Bits]:
    """The same as columns of bits, a share of each unknown."""
    chance = np.random.default_rng(2)
    return {
        name: Bits(
            from_booleans(column),
            from_booleans(chance.random(column.size) >= unknown) if unknown else None,
        )
        for name, column in columns.items()
    }


def run(rounds: int) -> list[Row]:
    """Rows of the part; draws two charts in :data:`DOCS` too."""
    program = Program(load_catalog(strict=True))
    compiled = program.compiled(program.catalog.kernels[KERNEL])
    found = _marker(compiled, rounds) + _whole(compiled, rounds) + _listed(compiled, rounds)
    for name, draw in (("columns-rows.svg", _over_rows), ("columns-facts.svg", _over_facts)):
        (DOCS / name).write_text(draw(compiled), encoding="utf-8")
        print(f"drawn: {DOCS / name}", file=sys.stderr)
    return found


def _marker(compiled: Compiled, rounds: int) -> list[Row]:
    facts = states(compiled, FACTS, compiled.condition_of_admissible, ROWS)
    copies = {name: np.empty_like(column) for name, column in facts.items()}
    arrow = {name: pa.array(column) for name, column in facts.items()}
    frame = pl.DataFrame(facts)
    decider = ColumnDecider(compiled, [Group.EXCLUSIVE], facts=FACTS, thorough=True)
    yes_alone = ColumnDecider(
        compiled, [Group.EXCLUSIVE], facts=FACTS, values=["ANSWER_YES"], thorough=True
    )
    known, partly = bits_of(facts), bits_of(facts, 0.1)

    def copy() -> None:
        for name, column in facts.items():
            np.copyto(copies[name], column)

    def by_numpy() -> Any:
        f = facts
        kept = f[BIT] & f[HAVE] & ~(f[WRITEBACK] & f[STABLE])
        return ~f[KSM] & (f[FRESH] | kept)

    def by_arrow() -> Any:
        f = arrow
        held = pc.and_(f[BIT], f[HAVE])
        kept = pc.and_not(held, pc.and_(f[WRITEBACK], f[STABLE]))
        return pc.and_not(pc.or_(f[FRESH], kept), f[KSM])

    def by_polars() -> Any:
        kept = pl.col(BIT) & pl.col(HAVE) & ~(pl.col(WRITEBACK) & pl.col(STABLE))
        return frame.select(exclusive=~pl.col(KSM) & (pl.col(FRESH) | kept))["exclusive"]

    answer = by_numpy()
    yes = to_booleans(decider(known, ROWS).values["exclusive"]["ANSWER_YES"], ROWS)
    assert (answer == yes).all()
    assert answer.tobytes() == np.asarray(by_arrow()).tobytes()
    assert (answer == by_polars().to_numpy()).all()
    base = "memcpy of the six byte columns"
    return _rated(
        rounds,
        ROWS,
        base,
        {
            # What is small comes after what is large, which leaves nothing of it in the cache.
            base: copy,
            "swapin, yes and impossible": lambda: yes_alone(known, ROWS),
            "numpy, booleans": by_numpy,
            "swapin, yes, no and impossible": lambda: decider(known, ROWS),
            "polars": by_polars,
            "swapin, yes and impossible, a tenth of each fact unknown": lambda: yes_alone(
                partly, ROWS
            ),
            "pyarrow.compute": by_arrow,
            "swapin, every value, a tenth of each fact unknown": lambda: decider(partly, ROWS),
        },
    )


def _whole(compiled: Compiled, rounds: int) -> list[Row]:
    facts = states(compiled, compiled.facts, compiled.condition_of_mapped, WHOLE)
    copies = {name: np.empty_like(column) for name, column in facts.items()}
    known, partly = bits_of(facts), bits_of(facts, 0.1)
    everything = ColumnDecider(compiled, thorough=True)

    def copy() -> None:
        for name, column in facts.items():
            np.copyto(copies[name], column)

    base = f"memcpy of the {len(facts)} byte columns"
    work: dict[str, Callable[[], Any]] = {
        base: copy,
        "swapin, every outcome": lambda: everything(known, WHOLE),
        "swapin, every outcome, a tenth unknown": lambda: everything(partly, WHOLE),
    }
    for group in Group:
        one = ColumnDecider(compiled, [group], thorough=True)
        work[f"swapin, {group.field}, a tenth unknown"] = lambda one=one: one(partly, WHOLE)
    return _rated(rounds, WHOLE, base, work)


def _listed(compiled: Compiled, rounds: int) -> list[Row]:
    """Every state of thirty facts: those that differ within a block, and those that do not."""
    inside = 20
    count = 1 << inside
    decider = ColumnDecider(compiled, [Group.EXCLUSIVE], facts=FACTS, thorough=True)
    numbers = np.arange(count)
    varied = {name: Bits(from_booleans(numbers >> place & 1)) for place, name in enumerate(FACTS)}

    def listed() -> float:
        start = time.process_time()
        for _ in range(1 << LISTED - inside):
            decider(varied, count)
        return (1 << LISTED) / (time.process_time() - start)

    figure = interleaved(min(rounds, 3), {"swapin": listed})["swapin"]
    return [
        {
            "what": "states listed, one outcome",
            "figure": figure / 1e6,
            "unit": "M states/s",
            "ratio": figure / 1e9,
            "of": "a thousand million",
        }
    ]


def _rated(rounds: int, count: int, base: str, work: Mapping[str, Callable[[], Any]]) -> list[Row]:
    def rate(one: Callable[[], Any]) -> Callable[[], float]:
        def measure() -> float:
            start = time.process_time()
            one()
            return count / (time.process_time() - start) / 1e6

        one()
        return measure

    figures = interleaved(rounds, {name: rate(one) for name, one in work.items()})
    return rows(figures, "M rows/s", base)


def _over_rows(compiled: Compiled) -> str:
    """What a row costs over rows, for some choices of facts."""
    lines = {}
    for count in (len(FACTS), 16, 32, len(compiled.facts)):
        facts = _more(compiled, count)
        decider = ColumnDecider(compiled, facts=facts)
        lines[f"{count} facts"] = [
            (float(power), _cost(compiled, decider, facts, 1 << power))
            for power in range(10, 23, 2)
        ]
    title = f"Columns: every outcome of {KERNEL}, a tenth of each fact unknown"
    return chart(title, "rows, as a power of two", "ns a row", lines)


def _over_facts(compiled: Compiled) -> str:
    """What a row costs over the facts that rows give, for outcomes of few rules and of many."""
    lines = {}
    for groups in ([Group.EXCLUSIVE], [Group.WRITE], [Group.PATH], list(Group)):
        name = groups[0].field if len(groups) == 1 else "every outcome"
        read = {rule.id for group in groups for rule in compiled.table_of(group).rules}
        points = []
        for count in (len(FACTS), 12, 18, 24, 32, 40, len(compiled.facts)):
            facts = _more(compiled, count)
            decider = ColumnDecider(compiled, groups, facts=facts)
            points.append((float(count), _cost(compiled, decider, facts, 1 << 20)))
        lines[f"{name}: {len(read)} rules"] = points
    title = f"Columns: a million rows of {KERNEL}, a tenth of each fact unknown"
    return chart(title, "facts that rows give", "ns a row", lines)


def _cost(compiled: Compiled, decider: ColumnDecider, facts: tuple[str, ...], count: int) -> float:
    """Nanoseconds a row, of the best of some runs."""
    given = bits_of(states(compiled, facts, compiled.condition_of_mapped, count), 0.1)
    times = []
    for _ in range(5):
        start = time.process_time_ns()
        decider(given, count)
        times.append(time.process_time_ns() - start)
    return min(times) / count


def _more(compiled: Compiled, count: int) -> tuple[str, ...]:
    rest = [name for name in compiled.facts if name not in FACTS]
    return (*FACTS, *rest[: count - len(FACTS)])
