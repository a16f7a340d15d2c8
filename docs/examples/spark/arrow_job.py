"""Verdict columns for a Parquet data set of faults, by swapin within Spark's ``mapInArrow``.

Needs swapin and pyarrow wherever tasks run. Columns are those of ``swapin eval`` of a table.

    spark-submit arrow_job.py FAULTS VERDICTS --kernel K [--arch A] [--backend B] [--keep NAME,…]
"""

import argparse

from pyspark.sql import SparkSession
from pyspark.sql.functions import col, struct
from pyspark.sql.types import StructType

OUTCOMES = {
    "exclusive": "boolean",
    "mapped_exclusive": "boolean",
    "pte_writable": "boolean",
    "write": "string",
    "path": "string",
    "error": "string",
}


def evaluation(keep, **fault):
    """What ``mapInArrow`` runs: batches of facts in, batches of outcomes out.

    *fault* is what all rows have in common, as :class:`swapin.Fault` takes it.
    """

    def evaluated(batches):
        # Here, since a task imports it, and not the one who submits the job.
        import pyarrow

        import swapin
        from swapin.columns.tables import FaultTable

        table = None
        for rows in batches:
            batch = pyarrow.RecordBatch.from_struct_array(rows.column(0))
            if table is None:
                program, common = swapin.default_program(), swapin.Fault(**fault)
                table = FaultTable(program, batch.schema, common, keep=keep)
            made = table.evaluate(batch)
            # Spark takes no dictionaries.
            arrays = [
                array.dictionary_decode() if pyarrow.types.is_dictionary(array.type) else array
                for array in made.columns
            ]
            yield pyarrow.RecordBatch.from_arrays(arrays, names=made.schema.names)

    return evaluated


def decided(faults, keep, **fault):
    """The kept columns of a frame of faults, and the outcomes."""
    # One struct of all columns, since mapInArrow takes a dot in a column's name for a field.
    row = struct(*(col(f"`{name}`") for name in faults.columns)).alias("row")
    schema = StructType([faults.schema[name] for name in keep])
    for name, kind in OUTCOMES.items():
        schema = schema.add(name, kind)
    return faults.select(row).mapInArrow(evaluation(keep, **fault), schema)


def main():
    """Read, decide, write: one pass, without a shuffle."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults")
    parser.add_argument("verdicts")
    parser.add_argument("--kernel", default="", help="of each row; else a column says it")
    parser.add_argument("--arch", default="")
    parser.add_argument("--backend", default="")
    parser.add_argument("--keep", default="id", help="columns to write beside the verdicts")
    args = parser.parse_args()
    spark = SparkSession.builder.appName("swapin").getOrCreate()
    faults = spark.read.parquet(args.faults)
    keep = [name for name in args.keep.split(",") if name]
    fault = {"release": args.kernel, "architecture": args.arch, "backend": args.backend}
    decided(faults, keep, **fault).write.parquet(args.verdicts)
    spark.stop()


if __name__ == "__main__":
    main()
