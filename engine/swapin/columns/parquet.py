"""Parquet written by polars, which packs booleans several times as fast as pyarrow does.

It writes on all processor cores, but asks for rows where pyarrow is handed them: so it has a
thread of its own, to which batches are passed one by one.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from queue import Empty, Queue
from typing import Any

import polars as pl
import pyarrow as pa
from polars.io.plugins import register_io_source

# What polars does not foresee is no exception of its own.
_REFUSED = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


@contextmanager
def parquet_writer(
    path: str, schema: pa.Schema, row_group: int, name: str
) -> Iterator[Callable[[pa.RecordBatch], None]]:
    """What writes batches to a Parquet file, which is whole when the context ends.

    :param schema: of the batches. Its metadata is written; types are those that polars has.
    :param row_group: rows of a row group.
    :param name: what errors call the file.
    :raises OSError: polars has no such type, or the file cannot be written. A batch is refused
        also because an earlier one could not be.
    """
    try:
        empty = _frame(schema.empty_table())
        written = _as_written(schema, empty)
    except _REFUSED as error:
        raise _refused(name, error) from error
    metadata = {key.decode(): value.decode() for key, value in (schema.metadata or {}).items()}
    # Arrow's readers look here for types and metadata. Polars would leave the metadata out.
    metadata["ARROW:schema"] = b64encode(written.serialize()).decode()
    # Room for a batch, and for what tells of the end.
    passed: Queue[pl.DataFrame | None] = Queue(2)
    failed: list[BaseException] = []

    def frames(*_: object) -> Iterator[pl.DataFrame]:
        while (frame := passed.get()) is not None:
            yield frame

    def work() -> None:
        try:
            register_io_source(frames, schema=empty.schema).sink_parquet(
                path,
                compression="zstd",
                compression_level=1,
                # Least and greatest of a boolean help no reader.
                statistics=False,
                row_group_size=row_group,
                metadata=metadata,
                engine="streaming",
            )
        except BaseException as error:
            failed.append(_refused(name, error) if isinstance(error, _REFUSED) else error)
            # Whoever passes on a batch, or waits for one, must not wait for ever.
            with suppress(Empty):
                while True:
                    passed.get_nowait()
            passed.put(None)

    def column(batch: pa.RecordBatch, name: str) -> pl.Series:
        rows = batch.num_rows
        if batch[name].null_count == rows:
            # As nearly always of errors. Polars would look up the text of each row.
            return empty[name].clear(rows)
        return _frame(batch.select([name])).to_series()

    def write(batch: pa.RecordBatch) -> None:
        if failed:
            raise failed[0]
        passed.put(pl.DataFrame([column(batch, name) for name in schema.names]))

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work)
        try:
            yield write
        finally:
            if not failed:
                passed.put(None)
    if failed:
        raise failed[0]


def _frame(rows: Any) -> pl.DataFrame:
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _as_written(schema: pa.Schema, empty: pl.DataFrame) -> pa.Schema:
    """The schema with the types that polars has; texts by number stay as they are."""
    given = empty.to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    fields = [
        field if empty.schema[field.name] == pl.Categorical else given.field(field.name)
        for field in schema
    ]
    return pa.schema(fields, schema.metadata)


def _refused(name: str, error: BaseException) -> OSError:
    return OSError(f"{name}: {str(error).splitlines()[0]}")
