"""A Parquet file of faults, ten million rows of six facts: read, evaluated, written.

All processor cores may be used, as each tool does by itself. The peers read the same file.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from decisions import FACTS, KERNEL
from measure import Row, interleaved, rows

from columns import states
from swapin.catalog import load_catalog
from swapin.columns.files import BATCH, FaultFile, Summary, evaluate_file
from swapin.model import Fault, Group
from swapin.program import Program
from swapin.program.sql import Dialect, Sql

ROWS = 10_000_000
GOAL = "the goal, 100 M rows/s"


def run(rounds: int) -> list[Row]:
    """Rows of the part."""
    program = Program(load_catalog(strict=True))
    with tempfile.TemporaryDirectory() as folder:
        known, partly = f"{folder}/known.parquet", f"{folder}/partly.parquet"
        paged, arrow = f"{folder}/paged.parquet", f"{folder}/partly.arrow"
        compiled = program.compiled(program.catalog.kernels[KERNEL])
        facts = states(compiled, FACTS, compiled.condition_of_admissible, ROWS)
        chance = np.random.default_rng(3)
        pq.write_table(pa.table(dict(facts)), known)
        nulls = pa.table(
            {name: pa.array(fact, mask=chance.random(ROWS) < 0.1) for name, fact in facts.items()}
        )
        pq.write_table(nulls, partly)
        pq.write_table(nulls, paged, data_page_version="2.0")
        with pa.ipc.new_file(arrow, nulls.schema) as writer:
            writer.write_table(nulls, max_chunksize=BATCH)
        query = Sql(compiled, Group.EXCLUSIVE, Dialect.DUCKDB, columns=FACTS).query(f"'{known}'")

        def swapin(
            source: str, target: str | None, groups: Sequence[Group] = (Group.EXCLUSIVE,)
        ) -> Callable[[], Summary]:
            out = target and f"{folder}/{target}"
            return lambda: evaluate_file(
                program,
                FaultFile(source),
                Fault(release=KERNEL),
                out,
                groups=groups,
                threads=2,
            )

        def by_duckdb() -> Any:
            return duckdb.sql(f"SELECT exclusive, count(*) FROM ({query}) GROUP BY 1").fetchall()

        summary = swapin(known, None)()
        told: dict[Any, int] = dict(by_duckdb())
        assert told[True] == summary.values["exclusive"]["ANSWER_YES"]
        work: dict[str, Callable[[], object]] = {
            "pyarrow reads it": lambda: pq.read_table(known),
            "polars reads it": lambda: pl.read_parquet(known),
            "swapin sql in DuckDB, counted": by_duckdb,
            "swapin eval, counted": swapin(known, None),
            "swapin eval, written as Arrow": swapin(known, "out.arrow"),
            "swapin eval, written as Parquet": swapin(known, "out.parquet"),
            "swapin eval, all outcomes, written as Parquet": swapin(known, "out.parquet", [*Group]),
            "polars reads it, a tenth null": lambda: pl.read_parquet(partly),
            "swapin eval, a tenth null, counted": swapin(partly, None),
            "swapin eval, a tenth null, written as Parquet": swapin(partly, "out.parquet"),
            "swapin eval, a tenth null in pages of version 2, counted": swapin(paged, None),
            "swapin eval, a tenth null in an Arrow file, counted": swapin(arrow, None),
        }
        figures = interleaved(rounds, {name: _rate(one) for name, one in work.items()})
        assert Path(f"{folder}/out.parquet").stat().st_size
    return rows({GOAL: 100.0, **figures}, "M rows/s", GOAL)


def _rate(work: Callable[[], object]) -> Callable[[], float]:
    def measure() -> float:
        start = time.perf_counter()
        work()
        return ROWS / (time.perf_counter() - start) / 1e6

    return measure
