"""Files of faults: Parquet and Arrow, read and written batch by batch.

Needs pyarrow, and polars for Parquet: it copies columns of booleans without nulls as they lie in
the file, where pyarrow takes them apart, and puts them together, bit by bit.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from swapin.columns.bits import count
from swapin.columns.decider import Outcomes
from swapin.columns.parquet import parquet_writer
from swapin.columns.rows import Errors
from swapin.columns.tables import FaultTable
from swapin.model import Fault, FaultError, Group, Problem, Reason
from swapin.program import Program

BATCH = 1 << 20
"""Rows of a batch, or those of a row group if it has more; a few are in memory at a time."""
_LARGEST = 16 * BATCH
"""Rows of the largest part of a row group that is read at once."""

FORMATS = {".parquet": "parquet", ".arrow": "ipc", ".feather": "ipc"}
"""Kinds of files by the end of their names; Feather is Arrow's own format."""


@dataclass(slots=True)
class Summary:
    """What came of a file."""

    rows: int = 0
    values: dict[str, Counter[str]] = field(default_factory=dict)
    """By outcome, how many rows have each value, as a verdict writes it."""
    errors: Counter[str] = field(default_factory=Counter)
    """How many rows had each error."""

    def add(self, outcomes: Outcomes, errors: Errors) -> None:
        """Count what came of a batch."""
        self.rows += outcomes.rows
        for text, rows in errors.rows_of.items():
            self.errors[text] += count(rows)
        for outcome, values in outcomes.values.items():
            counter = self.values.setdefault(outcome, Counter())
            for value, rows in values.items():
                if rows.any():
                    counter[value] += count(rows)


class FaultFile:
    """A file of faults, or a folder of Parquet files, read in the order of their names."""

    def __init__(self, path: str, columns: Sequence[str] = ()) -> None:
        """Open.

        :param columns: the columns that are read; by default all.
        :raises OSError: it cannot be read, or is not what its name says.
        :raises FaultError: it has no such column.
        """
        columns = list(dict.fromkeys(columns))
        self._columns = columns or None
        self._paths = [path]
        if Path(path).is_dir():
            self._paths = sorted(str(found) for found in Path(path).rglob("*.parquet"))
            if not self._paths:
                raise OSError(f"{path}: no Parquet file in this folder")
        self._is_parquet = FORMATS.get(Path(self._paths[0]).suffix) == "parquet"
        with _readable(path):
            schemas = [self._schema(one) for one in self._paths]
            self.rows = sum(self._rows(one) for one in self._paths)
            """How many rows there are, as the metadata says."""
        for one, schema in zip(self._paths, schemas, strict=True):
            if schema != schemas[0]:
                raise OSError(f"{one}: its columns are not those of {self._paths[0]}")
        for name in columns:
            if name not in schemas[0].names:
                message = f"{path} has no such column"
                raise FaultError([Problem(name, Reason.UNKNOWN_FIELD, message)])
        self.schema = schemas[0]
        """The columns that are read."""
        if columns:
            self.schema = pa.schema([schemas[0].field(name) for name in columns])

    def batches(self, threads: int = 1) -> Generator[pa.RecordBatch]:
        """The rows, in order.

        :param threads: parts of Parquet files that are read at a time; polars reads a part of a
            file on one core.
        :raises OSError: a file is damaged.
        """
        if not self._is_parquet:
            for path in self._paths:
                with _readable(path):
                    yield from self._arrow(path)
            return
        with ThreadPoolExecutor(threads) as pool:
            ahead: deque[Future[list[pa.RecordBatch]]] = deque()
            for path in self._paths:
                with _readable(path):
                    parts = list(_parts(path))
                for part in parts:
                    ahead.append(pool.submit(self._parquet, path, *part))
                    if len(ahead) == threads:
                        yield from ahead.popleft().result()
            for reading in ahead:
                yield from reading.result()

    def _schema(self, path: str) -> pa.Schema:
        if self._is_parquet:
            # The types that polars will give, without metadata.
            return _arrow_of(pl.scan_parquet(path, glob=False).head(0).collect()).schema
        return ds.dataset(path, format="ipc").schema.remove_metadata()

    def _rows(self, path: str) -> int:
        if self._is_parquet:
            return int(pq.read_metadata(path).num_rows)
        return int(ds.dataset(path, format="ipc").count_rows())

    def _parquet(self, path: str, start: int, rows: int) -> list[pa.RecordBatch]:
        frame = pl.scan_parquet(path, glob=False)
        if self._columns:
            frame = frame.select(self._columns)
        with _readable(path):
            read = _arrow_of(frame.slice(start, rows).collect()).to_batches()
        return list(read)

    def _arrow(self, path: str) -> Iterator[pa.RecordBatch]:
        scanner = ds.dataset(path, format="ipc").scanner(
            columns=self._columns, batch_size=BATCH, batch_readahead=4
        )
        yield from scanner.to_batches()


def evaluate_file(
    program: Program,
    faults: FaultFile,
    fault: Fault,
    out: str | None = None,
    *,
    groups: Sequence[Group] = tuple(Group),
    keep: Sequence[str] = (),
    threads: int = 1,
    progress: Callable[[int], object] = lambda rows: None,
) -> Summary:
    """Evaluate a file of faults in bounded memory.

    :param fault: what is the same for each row.
    :param out: the file that is written, Parquet or Arrow by its name. It appears when it is
        whole. ``None``: the summary alone is wanted.
    :param groups: the outcomes that are asked for.
    :param keep: columns that the result has too.
    :param threads: how many threads may evaluate, and as many may read.
    :param progress: told the number of rows done, batch by batch.
    :raises FaultError: as :class:`~swapin.columns.tables.FaultTable` does.
    :raises OSError: a file cannot be read or written.
    """
    table = FaultTable(program, faults.schema, fault, groups, keep)
    summary = Summary()
    with (
        _written(out, table.schema) as write,
        closing(faults.batches(threads)) as batches,
        ThreadPoolExecutor(2) as pool,
    ):
        # Some are read and one is written while another is evaluated.
        reading: Future[pa.RecordBatch | None] = pool.submit(next, batches, None)
        writing: Future[Any] | None = None
        while (batch := reading.result()) is not None:
            reading = pool.submit(next, batches, None)
            outcomes, errors = table.outcomes(batch, threads)
            summary.add(outcomes, errors)
            if writing is not None:
                writing.result()
            if write is not None:
                writing = pool.submit(write, table.result(batch, outcomes, errors))
            progress(batch.num_rows)
        if writing is not None:
            writing.result()
    return summary


def _arrow_of(frame: pl.DataFrame) -> pa.Table:
    """A frame as a table of one piece."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    return table.replace_schema_metadata(None).combine_chunks()


def _parts(path: str) -> Iterator[tuple[int, int]]:
    """First row and number of rows of what is read at once: row groups, put together or parted."""
    metadata = pq.read_metadata(path)
    start = rows = 0
    for number in range(metadata.num_row_groups):
        size = metadata.row_group(number).num_rows
        if rows and rows + size > BATCH:
            yield start, rows
            start, rows = start + rows, 0
        rows += size
        while rows > _LARGEST:
            yield start, _LARGEST
            start, rows = start + _LARGEST, rows - _LARGEST
    if rows:
        yield start, rows


@contextmanager
def _readable(path: str) -> Iterator[None]:
    """Say of a file that it is not what it should be, whoever finds it."""
    try:
        yield
    except (pa.ArrowInvalid, pl.exceptions.PolarsError) as error:
        raise OSError(f"{path}: {str(error).splitlines()[0]}") from error


@contextmanager
def _written(
    out: str | None, schema: pa.Schema
) -> Iterator[Callable[[pa.RecordBatch], Any] | None]:
    """What writes batches to a file, which takes its name once all are written."""
    if out is None:
        yield None
        return
    kind = FORMATS.get(Path(out).suffix)
    if kind is None:
        raise OSError(f"{out}: the name of a table ends in {', '.join(FORMATS)}")
    with _named(out):
        number, partial = tempfile.mkstemp(prefix=f".{Path(out).name}.", dir=Path(out).parent)
    os.close(number)
    try:
        with _writer(kind, partial, schema, out) as write:
            yield write
        os.chmod(partial, 0o666 & ~_umask())
        with _named(out):
            os.replace(partial, out)
    except BaseException:
        os.unlink(partial)
        raise


@contextmanager
def _writer(
    kind: str, path: str, schema: pa.Schema, name: str
) -> Iterator[Callable[[pa.RecordBatch], Any]]:
    if kind == "ipc":
        options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)
        opened = pa.ipc.new_file(path, schema, options=options)

        def write(batch: pa.RecordBatch) -> None:
            with _named(name):
                opened.write_batch(batch)

        try:
            yield write
        finally:
            with _named(name):
                opened.close()
    else:
        with parquet_writer(path, schema, BATCH, name) as writer:
            yield writer


@contextmanager
def _named(out: str) -> Iterator[None]:
    """Say that a file cannot be written by the name that it was to have."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, os.strerror(error.errno), out) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
