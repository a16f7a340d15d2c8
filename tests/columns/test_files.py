"""Files of faults, Parquet and Arrow, in and out."""

from __future__ import annotations

import resource
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from swapin.columns import files
from swapin.columns.files import FaultFile, Summary, evaluate_file
from swapin.columns.tables import FaultTable
from swapin.model import Fault, FaultError, Group
from swapin.program import Program

ROWS = 2500
COMMON = Fault(release="6.1")


def faults(rows: int = ROWS) -> pa.Table:
    values = [None, True, False]
    return pa.table(
        {
            "id": list(range(rows)),
            "folio.ksm": pa.array([values[i % 3] for i in range(rows)], pa.bool_()),
            "folio.fresh": pa.array([values[i // 3 % 3] for i in range(rows)], pa.bool_()),
            "pte.entry": ["swap" if i % 7 else "hole" for i in range(rows)],
        }
    )


def written(path: Path, table: pa.Table, row_group: int = 100) -> str:
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=row_group)
    else:
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table, max_chunksize=row_group)
    return str(path)


def read(path: str) -> pa.Table:
    if path.endswith(".parquet"):
        return pq.read_table(path)
    return pa.ipc.open_file(path).read_all()


def as_rows(table: pa.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.to_pylist()
    return found


@pytest.mark.parametrize("source", ["in.parquet", "in.arrow"])
@pytest.mark.parametrize("target", ["out.parquet", "out.arrow", "out.feather"])
def test_formats(
    tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch, source: str, target: str
) -> None:
    """Whatever is read and written in whatever pieces, the rows are those of one batch."""
    monkeypatch.setattr(files, "BATCH", 250)
    monkeypatch.setattr(files, "_LARGEST", 600)
    out = str(tmp_path / target)
    done: list[int] = []
    summary = evaluate_file(
        program,
        FaultFile(written(tmp_path / source, faults())),
        COMMON,
        out,
        keep=["id"],
        progress=done.append,
    )
    (batch,) = faults().combine_chunks().to_batches()
    table = FaultTable(program, batch.schema, COMMON, keep=["id"])

    assert as_rows(pa.Table.from_batches([table.evaluate(batch)])) == as_rows(read(out))
    assert table.schema.equals(read(out).schema, check_metadata=True)
    assert read(out).schema.metadata[b"swapin.catalog"].decode() == program.catalog.fingerprint
    assert sum(done) == summary.rows == ROWS
    assert len(done) > 5
    whole = Summary()
    whole.add(*table.outcomes(batch))
    assert whole == summary
    assert sum(summary.values["exclusive"].values()) + sum(summary.errors.values()) == ROWS


@pytest.mark.parametrize(("row_group", "threads"), [(1, 2), (100, 1), (100, 3), (10_000, 3)])
def test_row_groups(
    tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch, row_group: int, threads: int
) -> None:
    """Small ones are put together, large ones are parted; every row comes once, in order."""
    monkeypatch.setattr(files, "BATCH", 250)
    monkeypatch.setattr(files, "_LARGEST", 600)
    file = FaultFile(written(tmp_path / "in.parquet", faults(), row_group))
    batches = list(file.batches(threads))

    assert file.rows == ROWS
    assert list(range(ROWS)) == [i for batch in batches for i in batch["id"].to_pylist()]
    assert max(len(batch) for batch in batches) <= 600
    assert len(batches) <= -(-ROWS // 200)


def test_folder(tmp_path: Path, program: Program) -> None:
    """A folder is read in the order of names; files of other columns are refused by name."""
    for number in range(3):
        written(tmp_path / f"part-{number}.parquet", faults().slice(number * 800, 800))
    file = FaultFile(str(tmp_path))

    for threads in (1, 4):
        batches = file.batches(threads)
        assert list(range(2400)) == [i for batch in batches for i in batch["id"].to_pylist()]
    written(tmp_path / "part-9.parquet", faults().drop_columns(["id"]))
    with pytest.raises(OSError, match=r"part-9\.parquet"):
        FaultFile(str(tmp_path))


def test_chosen_columns(tmp_path: Path, program: Program) -> None:
    """The others are not looked at; one that is not there is named."""
    table = faults().append_column("comment", pa.array(["?"] * ROWS))
    path = written(tmp_path / "in.parquet", table)

    with pytest.raises(FaultError, match="comment: no such fact"):
        evaluate_file(program, FaultFile(path), COMMON, keep=["id"])
    file = FaultFile(path, ["folio.ksm", "folio.fresh"])
    summary = evaluate_file(program, file, COMMON, groups=[Group.EXCLUSIVE])
    assert summary.rows == ROWS
    assert all(text.startswith("IMPOSSIBLE_FAULT") for text in summary.errors)
    with pytest.raises(FaultError, match=r"folio\.ksmm: .*no such column"):
        FaultFile(path, ["folio.ksmm"])


@pytest.mark.parametrize("name", ["in.parquet", "in.arrow"])
def test_damaged(tmp_path: Path, program: Program, name: str) -> None:
    """A file that is cut off is said to be, and what was there before stays."""
    path = tmp_path / name
    written(path, faults())
    path.write_bytes(path.read_bytes()[:-100])
    out = tmp_path / "out.parquet"
    out.write_bytes(b"before")

    with pytest.raises(OSError, match=name):
        evaluate_file(program, FaultFile(str(path)), COMMON, str(out), keep=["id"])
    assert b"before" == out.read_bytes()
    assert {name, "out.parquet"} == {found.name for found in tmp_path.iterdir()}


def test_nothing_is_left_half_written(
    tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error in the middle leaves no file, neither under its name nor another."""
    monkeypatch.setattr(files, "BATCH", 250)
    source = written(tmp_path / "in.parquet", faults())

    def stop(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate_file(
            program,
            FaultFile(source),
            COMMON,
            str(tmp_path / "out.parquet"),
            keep=["id"],
            progress=stop,
        )
    assert ["in.parquet"] == [found.name for found in tmp_path.iterdir()]


@pytest.mark.parametrize("source", ["in.parquet", "in.arrow"])
def test_stacks(tmp_path: Path, program: Program, source: str) -> None:
    """A list of texts is a stack, whichever list the reader of the file makes of it."""
    stacks = [["dm-linear", "nvme-pi"], None, [], ["dm-linear", "nope"]]
    path = written(tmp_path / source, pa.table({"swap_device.stack": stacks}))
    summary = evaluate_file(program, FaultFile(path), COMMON, groups=[Group.EXCLUSIVE])

    assert {"exclusive": {"ANSWER_UNDETERMINED": 3}} == summary.values
    (error,) = summary.errors
    assert "swap_device.stack[1]: unknown backend `nope`" in error


@pytest.mark.parametrize("target", ["out.parquet", "out.arrow"])
def test_full_disk(
    tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    """It ends at once, says so, and leaves nothing."""
    monkeypatch.setattr(files, "BATCH", 250)
    source = written(tmp_path / "in.parquet", faults())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match=rf"/{target}\b.*: |too large: '.*/{target}'"):
            evaluate_file(program, FaultFile(source), COMMON, str(tmp_path / target), keep=["id"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert ["in.parquet"] == [found.name for found in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([timedelta(seconds=3), None], pa.duration("s")),
        ([b"abc", None], pa.binary(3)),
        (["x", None], pa.dictionary(pa.int8(), pa.string())),
        ([[1], None], pa.list_(pa.int8())),
    ],
)
def test_kept_values(
    tmp_path: Path, program: Program, values: list[Any], kind: pa.DataType
) -> None:
    """Parquet has the values of an Arrow file, whatever the type becomes."""
    table = pa.table({"folio.ksm": [True, None], "kept": pa.array(values, kind)})
    out = str(tmp_path / "out.parquet")
    evaluate_file(
        program, FaultFile(written(tmp_path / "in.arrow", table)), COMMON, out, keep=["kept"]
    )

    assert values == read(out)["kept"].to_pylist()


def test_kept_of_no_type(tmp_path: Path, program: Program) -> None:
    """What Parquet cannot have is refused, by the name of the file."""
    table = pa.table({"folio.ksm": [True], "kept": pa.array([1], pa.decimal256(60, 2))})
    source = written(tmp_path / "in.arrow", table)

    with pytest.raises(OSError, match=r"out\.parquet: "):
        evaluate_file(
            program, FaultFile(source), COMMON, str(tmp_path / "out.parquet"), keep=["kept"]
        )
    assert ["in.arrow"] == [found.name for found in tmp_path.iterdir()]


_PEAK = """
import sys
from pathlib import Path
from swapin.cli import main
main(sys.argv[1:])
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


@pytest.mark.slow
@pytest.mark.parametrize("target", ["out.parquet", "out.arrow"])
def test_memory_is_bounded(tmp_path: Path, target: str) -> None:
    """Sixteen times the rows take little more memory, and far less than they would whole."""
    rows = 1 << 21
    table = pa.table(
        {
            "id": np.random.default_rng(1).integers(0, 1 << 60, rows),
            "folio.ksm": pa.array([True, None] * (rows // 2)),
        }
    )
    few, many = tmp_path / "few", tmp_path / "many"
    few.mkdir()
    many.mkdir()
    written(few / "0.parquet", table, files.BATCH)
    for number in range(16):
        (many / f"{number}.parquet").symlink_to(few / "0.parquet")

    def peak(folder: Path) -> int:
        """Most memory that was used, in KiB."""
        args = ["eval", str(folder), "--kernel", "6.1", "--keep", "id", "--out"]
        command = [sys.executable, "-c", _PEAK, *args, str(tmp_path / target)]
        return int(subprocess.check_output(command, text=True).split()[-1])

    assert peak(many) < peak(few) + 15 * rows * 8 // 1024 // 2


def test_no_rows(tmp_path: Path, program: Program) -> None:
    """An empty table gives an empty one."""
    out = str(tmp_path / "out.parquet")
    file = FaultFile(written(tmp_path / "in.parquet", faults(0)))

    assert 0 == evaluate_file(program, file, COMMON, out, keep=["id"]).rows
    assert ["id", *(group.field for group in Group), "error"] == read(out).schema.names
