"""``swapin eval`` of tables."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from swapin.cli import main, tables
from swapin.columns import files

COLUMNS: dict[str, list[Any]] = {
    "id": [1, 2, 3],
    "folio.ksm": [True, False, None],
    "folio.fresh": [None, True, None],
}


@pytest.fixture
def faults(tmp_path: Path) -> str:
    """A table of three faults."""
    path = tmp_path / "faults.parquet"
    pq.write_table(pa.table(COLUMNS), path)
    return str(path)


def test_in_and_out(faults: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows come out in order; the counts are told."""
    out = tmp_path / "verdicts.parquet"
    args = ["eval", faults, "--kernel", "6.1", "--columns", "folio.ksm,folio.fresh"]

    assert 0 == main([*args, "--keep", "id,id", "--out", str(out)])
    rows = pq.read_table(out).to_pylist()
    assert [(1, False), (2, True), (3, None)] == [(row["id"], row["exclusive"]) for row in rows]
    told = capsys.readouterr().out
    assert told.startswith("3 rows\n")
    assert "  exclusive         ANSWER_YES 1, ANSWER_NO 1, ANSWER_UNDETERMINED 1\n" in told


def test_same_as_lines(faults: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The counts are those of the same faults as JSON lines."""
    lines = tmp_path / "faults.jsonl"
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)]
    described = [
        {
            "kernel": {"release": "6.1"},
            "folio": {"ksm": row["folio.ksm"], "fresh": row["folio.fresh"]},
        }
        for row in rows
    ]
    lines.write_text("".join(f"{json.dumps(fault)}\n" for fault in described), encoding="utf-8")

    assert 0 == main(["eval", faults, "--kernel", "6.1", "--keep", "id", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert 0 == main(["eval", str(lines), "--json"])
    counts: dict[str, dict[str, int]] = {}
    for line in capsys.readouterr().out.splitlines():
        for name, value in json.loads(line)["outcomes"].items():
            counts.setdefault(name, {}).setdefault(value, 0)
            counts[name][value] += 1
    assert {"rows": 3, "outcomes": counts, "errors": {}} == told


def test_rows_with_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are counted by what is wrong, and the status says so."""
    path = tmp_path / "faults.parquet"
    releases = ["6.1", "6.99", "6.99", None]
    pq.write_table(pa.table({"kernel.release": releases}), path)

    assert 2 == main(["eval", str(path), "--outcomes", "exclusive", "--fact", "folio.ksm=true"])
    told = capsys.readouterr().out
    assert "exclusive         ANSWER_NO 1\n" in told
    assert "2 not evaluated: UNKNOWN_NAME kernel.release" in told
    assert "1 not evaluated: MISSING kernel.release" in told


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "kernel.release: neither"),
        (["--kernel", "6.1"], "id: no such fact"),
        (["--kernel", "6.1", "--keep", "it"], "it: the table has no such column"),
        (["--kernel", "6.1", "--columns", "folio.ksmm"], "folio.ksmm: "),
        (["--kernel", "6.1", "--keep", "id", "--outcomes", "paths"], "did you mean `path`"),
        (["--kernel", "6.1", "--keep", "id", "--out", "v.jsonl"], "--out: the name of a table"),
        (["--kernel", "6.1", "--keep", "id", "--fact", "folio.ksm=true"], "given twice"),
        (["--kernel", "6.1", "--keep", "id", "--pte", "0x2"], "--pte: does not go"),
        (["--kernel", "6.1", "--keep", "id", "--explain", "flip"], "--explain: does not go"),
        (["--kernel", "6.1", "--keep", "id", "--server", "127.0.0.1:1"], "--server: does not go"),
    ],
)
def test_refused(
    faults: str, args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What does not go with a table, by its option or column."""
    assert 2 == main(["eval", faults, *args])

    captured = capsys.readouterr()
    assert message in captured.err
    assert "" == captured.out


def test_the_table_that_is_read_stays(faults: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Under whichever name it is to be written over."""
    folder, name = Path(faults).parent, Path(faults).name
    before = Path(faults).read_bytes()
    again = str(folder / ".." / folder.name / name)

    assert 2 == main(["eval", faults, "--kernel", "6.1", "--keep", "id", "--out", again])
    assert "the table that is read would be lost" in capsys.readouterr().err
    assert before == Path(faults).read_bytes()


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (["--keep", "id"], "--keep: is for tables"),
        (["--out", "v.parquet"], "--out: JSON lines are no table"),
    ],
)
def test_options_of_tables_alone(
    option: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """They are refused where they would do nothing, or something else."""
    monkeypatch.chdir(tmp_path)
    assert 2 == main(["eval", "--kernel", "6.1", *option])

    assert message in capsys.readouterr().err
    assert [] == [*tmp_path.iterdir()]


def test_without_the_extra(
    faults: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said what to install."""
    monkeypatch.delitem(sys.modules, "swapin.columns.files")
    monkeypatch.setitem(sys.modules, "polars", None)

    assert 2 == main(["eval", faults, "--kernel", "6.1"])
    assert "pip install swapin[arrow]" in capsys.readouterr().err


def test_kinds_of_files() -> None:
    """What the command takes for a table is what can be read and written."""
    assert tables.ENDS == tuple(files.FORMATS)
