"""Outcomes as SQL in DuckDB, polars and Spark, over Parquet: what each form costs, in one run.

Not a part of ``make bench``, since Spark is half a gigabyte: ``make test-examples`` installs what
this needs, then ``python tests/bench/databases.py``. Compare the figures of one run; where others
use the machine, seconds of processors tell more than those of the clock.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
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
            forms = {d: Sql(compiled, group, d, found.known) for d in Dialect}
            print(f"\n{kernel} {backend} {group.field}")
            files = {
                millions: written(Path(folder), forms[Dialect.DUCKDB].columns, millions)
                for millions in sorted({1, *args.millions})
            }
            in_one_process(forms, files[1], args.rounds)
            for cores in (1, 2):
                in_spark(forms[Dialect.SPARK], files, cores, args.rounds)
            for path in files.values():
                shutil.rmtree(path)


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


def in_one_process(forms: dict[Dialect, Sql], path: Path, rounds: int) -> None:
    """A million rows in DuckDB, by both forms, and in polars."""
    table = f"'{path}/*.parquet'"
    group = forms[Dialect.DUCKDB]
    name = Dialect.DUCKDB.quoted(group.query("t").rpartition('AS "')[2].partition('"')[0])
    by_tables = f"SELECT {group.expression()} AS {name} FROM {table}"

    def duck(query: str) -> Callable[[], Any]:
        counted = f"SELECT {name}, count(*) FROM ({query}) GROUP BY {name} ORDER BY {name}"
        return lambda: duckdb.sql(counted).fetchall()

    scanned = polars.SQLContext(faults=polars.scan_parquet(path / "*.parquet"))
    query = forms[Dialect.POLARS].query("faults")
    asked = {
        "DuckDB, a column a node": duck(group.query(table)),
        "DuckDB, tables": duck(by_tables),
        "polars, a column a node": lambda: scanned.execute(query, eager=True),
    }
    assert asked["DuckDB, a column a node"]() == asked["DuckDB, tables"]()
    show(asked, rounds, 1, time.process_time)


def in_spark(sql: Sql, files: dict[int, Path], cores: int, rounds: int) -> None:
    """Reading alone, and the query, by whole stages and by small methods."""
    settings = {"spark.ui.enabled": "false", "spark.log.level": "ERROR"}
    settings |= {"spark.ui.showConsoleProgress": "false", "spark.driver.memory": "4g"}
    spark = SparkSession.builder.master(f"local[{cores}]").config(map=settings).getOrCreate()

    of_java = Path("/proc", str(spark._jvm.java.lang.ProcessHandle.current().pid()), "stat")
    ticks = os.sysconf("SC_CLK_TCK")

    def used() -> float:
        fields = of_java.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / ticks

    def run(query: str, limit: int) -> Callable[[], Any]:
        def once() -> None:
            spark.conf.set("spark.sql.codegen.hugeMethodLimit", limit)
            spark.sql(query).write.format("noop").mode("overwrite").save()

        return once

    for millions, path in files.items():
        table = f"parquet.`{path}`"
        quoted = Dialect.SPARK.quoted
        summed = " + ".join(f"CAST({quoted(name)} AS INT)" for name in sql.columns)
        asked = {
            f"local[{cores}], columns added up": run(f"SELECT {summed} FROM {table}", 2000),
            f"local[{cores}], limit 2000": run(sql.query(table), 2000),
        }
        if millions == 1:
            asked[f"local[{cores}], limit 65535"] = run(sql.query(table), 65535)
        show(asked, rounds, millions, used)
    spark.stop()


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
        print(f"  {name:30} {millions:3} M rows {figures}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    main()
