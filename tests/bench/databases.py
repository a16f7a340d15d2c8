"""Outcomes as SQL in DuckDB, polars and Spark, over Parquet: what each form costs, in one run.

Not a part of ``make bench``, since Spark is half a gigabyte: ``make test-examples`` installs what
this needs, then ``python tests/bench/databases.py``. Compare the figures of one run; where others
use the machine, seconds of processors tell more than those of the clock.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import runpy
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars
from pyspark.sql import SparkSession

from swapin.catalog import load_catalog
from swapin.model import Fault, Group
from swapin.program import Program
from swapin.program.resolve import Resolver
from swapin.program.sql import Dialect, Sql

CASES = (("7.3", "x86_64", "zram", Group.WRITE), ("6.1", "", "", Group.MAPPED_EXCLUSIVE))
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "spark" / "arrow_job.py"
_MILLION = 1_000_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--millions", type=int, nargs="+", default=[1, 10], help="rows for Spark")
    args = parser.parse_args()
    program = Program(load_catalog())
    with tempfile.TemporaryDirectory() as folder:
        for kernel, architecture, backend, group in CASES:
            fault = Fault(release=kernel, architecture=architecture, backend=backend)
            found = Resolver(program.catalog).resolve(fault)
            compiled = program.compiled(found.kernel)
            plain, explained = (
                {d: Sql(compiled, group, d, found.known, deciding=deciding) for d in Dialect}
                for deciding in (False, True)
            )
            every = [Sql(compiled, group, Dialect.SPARK, found.known) for group in Group]
            read = [*every, explained[Dialect.SPARK]]
            names = sorted({name for sql in read for name in sql.columns})
            print(f"\n{kernel} {backend} {group.field}")
            files = {
                millions: written(Path(folder), names, millions)
                for millions in sorted({1, *args.millions})
            }
            in_one_process(plain, explained, files[1], args.rounds)
            common = {"release": kernel, "architecture": architecture, "backend": backend}
            quoted = Dialect.SPARK.quoted
            summed = " + ".join(f"CAST({quoted(name)} AS INT)" for name in names)
            queries = {
                "columns added up": f"SELECT {summed} FROM faults",
                "limit 2000": plain[Dialect.SPARK].query("faults"),
                "limit 2000, deciding": explained[Dialect.SPARK].query("faults"),
                "limit 2000, all outcomes": f"SELECT {', '.join(map(aliased, every))} FROM faults",
            }
            for cores in (1, 2):
                in_spark(queries, common, files, cores, args.rounds)
            for path in files.values():
                shutil.rmtree(path)


def aliased(sql: Sql) -> str:
    """An expression, with the name of its column."""
    return f"{sql.expression()} AS {sql.names[-1]}"


def written(folder: Path, names: Sequence[str], millions: int) -> Path:
    """A data set by chance: a file a million rows, a tenth of each column NULL."""
    path = folder / f"faults-{millions}"
    path.mkdir()
    value = "CASE WHEN random() < 0.1 THEN NULL ELSE random() < 0.5 END"
    columns = ", ".join(f"{value} AS {Dialect.DUCKDB.quoted(name)}" for name in names)
    with duckdb.connect() as connection:
        for part in range(millions):
            asked = f"SELECT {columns} FROM range({_MILLION})"
            connection.execute(f"COPY ({asked}) TO '{path}/{part}.parquet'")
    return path


def in_one_process(
    plain: dict[Dialect, Sql], explained: dict[Dialect, Sql], path: Path, rounds: int
) -> None:
    """A million rows in DuckDB, by both forms, and in polars; without and with what decided."""
    table = f"'{path}/*.parquet'"
    scanned = polars.SQLContext(faults=polars.scan_parquet(path / "*.parquet"))
    asked: dict[str, Callable[[], Any]] = {}

    def duck(query: str) -> Callable[[], Any]:
        counted = f"SELECT COLUMNS(*), count(*) FROM ({query}) GROUP BY ALL ORDER BY ALL"
        return lambda: duckdb.sql(counted).fetchall()

    def in_polars(query: str) -> Callable[[], Any]:
        return lambda: scanned.execute(query, eager=True)

    for forms, said in ((plain, ""), (explained, ", deciding")):
        sql = forms[Dialect.DUCKDB]
        asked[f"DuckDB, a column a node{said}"] = duck(sql.query(table))
        asked[f"DuckDB, tables{said}"] = duck(f"SELECT {aliased(sql)} FROM {table}")
        asked[f"polars, a column a node{said}"] = in_polars(forms[Dialect.POLARS].query("faults"))
    assert asked["DuckDB, a column a node"]() == asked["DuckDB, tables"]()
    show(asked, rounds, 1, time.process_time)


def in_spark(
    queries: dict[str, str],
    common: dict[str, str],
    files: dict[int, Path],
    cores: int,
    rounds: int,
) -> None:
    """Reading alone, the queries, by whole stages and by small methods, and swapin in tasks."""
    settings = {"spark.ui.enabled": "false", "spark.log.level": "ERROR"}
    settings |= {"spark.ui.showConsoleProgress": "false", "spark.driver.memory": "4g"}
    spark = SparkSession.builder.master(f"local[{cores}]").config(map=settings).getOrCreate()

    java = spark._jvm.java.lang.ProcessHandle.current().pid()

    def run(query: str, limit: int) -> Callable[[], Any]:
        def once() -> None:
            spark.conf.set("spark.sql.codegen.hugeMethodLimit", limit)
            spark.sql(query).write.format("noop").mode("overwrite").save()

        return once

    for millions, path in files.items():
        spark.read.parquet(str(path)).createOrReplaceTempView("faults")
        asked = {name: run(query, 2000) for name, query in queries.items()}
        asked["mapInArrow, all outcomes"] = mapped(spark, path, common)
        if millions == 1:
            asked["limit 65535"] = run(queries["limit 2000"], 65535)
        asked = {f"local[{cores}], {name}": once for name, once in asked.items()}
        show(asked, rounds, millions, partial(used, java))
    spark.stop()


def mapped(spark: SparkSession, path: Path, common: dict[str, str]) -> Callable[[], Any]:
    """Every outcome by swapin in Spark's tasks, as the example does it."""
    decided = runpy.run_path(str(EXAMPLE))["decided"]

    def once() -> None:
        made = decided(spark.read.parquet(str(path)), [], **common)
        made.write.format("noop").mode("overwrite").save()

    return once


def used(root: int) -> float:
    """Seconds of processors that a process has used, and those that it has started."""
    ticks: dict[int, int] = {}
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = stat.read_text().rpartition(")")[2].split()
            # With those of children that have ended.
            ticks[int(stat.parent.name)] = sum(map(int, fields[11:15]))
            parents[int(stat.parent.name)] = int(fields[1])
    mine = {root}
    while more := {process for process, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return sum(ticks[process] for process in mine) / os.sysconf("SC_CLK_TCK")


def show(
    asked: dict[str, Callable[[], Any]], rounds: int, millions: int, used: Callable[[], float]
) -> None:
    """Medians of interleaved rounds, after one that warms up.

    :param used: seconds of processors that were used so far.
    """
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    for number in range(rounds + 1):
        for name, run in asked.items():
            clock, processors = time.perf_counter(), used()
            run()
            if number:
                took[name].append((time.perf_counter() - clock, used() - processors))
    for name, both in took.items():
        clock, processors = (statistics.median(seconds) for seconds in zip(*both, strict=True))
        figures = f"{clock:6.1f} s by the clock {processors:6.1f} s of processors"
        print(f"  {name:40} {millions:3} M rows {figures}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    main()
