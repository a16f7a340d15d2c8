"""Outcomes in a Spark session: of the same rows, what verdicts, DuckDB and polars say."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars
import pytest

from rows import PRESETS, explained, findings, frame, resolved, sampled
from swapin.catalog import Catalog
from swapin.model import Group
from swapin.program import Program
from swapin.program.sql import Dialect, Sql

pytestmark = pytest.mark.slow
pytest.importorskip("pyspark", reason="make test-examples installs pyspark")
if shutil.which("java") is None:
    pytest.skip("Java is missing: apt-get install default-jre-headless", allow_module_level=True)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    settings: dict[str, Any] = {
        "spark.ui.enabled": "false",
        "spark.sql.codegen.hugeMethodLimit": "2000",
        "spark.log.level": "ERROR",
    }
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    yield session
    session.stop()


@pytest.mark.parametrize(("kernel", "architecture", "backend"), PRESETS)
def test_spark_says_what_the_others_say(
    spark: Any,
    catalog: Catalog,
    program: Program,
    tmp_path: Path,
    kernel: str,
    architecture: str,
    backend: str,
) -> None:
    """Every outcome and what decided it, of one Parquet file with NULLs."""
    presets = resolved(catalog, kernel, architecture, backend)
    compiled = program.compiled(presets.kernel)
    rows = list(sampled(compiled, presets.known, kernel, 3000))
    found = findings(compiled, rows, presets.known)
    file = tmp_path / "faults.parquet"
    frame(rows, compiled.facts).with_row_index("id").write_parquet(file)
    spark.read.parquet(str(file)).createOrReplaceTempView("faults")
    for group in Group:
        expected = [(id, *explained(group, finding)) for id, finding in enumerate(found)]
        query = {
            dialect: Sql(compiled, group, dialect, presets.known, deciding=True).query(
                f"'{file}'" if dialect is Dialect.DUCKDB else "faults", ["id"]
            )
            for dialect in Dialect
        }
        by_spark = sorted(tuple(row) for row in spark.sql(query[Dialect.SPARK]).collect())
        with duckdb.connect() as connection:
            by_duckdb = sorted(connection.execute(query[Dialect.DUCKDB]).fetchall())
        scanned = polars.SQLContext(faults=polars.scan_parquet(file))
        by_polars = sorted(scanned.execute(query[Dialect.POLARS], eager=True).rows())
        assert expected == by_spark, group
        assert by_spark == by_duckdb == by_polars, group


def test_texts_are_quoted(spark: Any) -> None:
    """Whatever a plugin calls its rule is a text, and runs as none of the query."""
    name = "toy.'; it's \\"
    assert name == spark.sql(f"SELECT {Dialect.SPARK.text(name)}").collect()[0][0]
