"""Verdict columns for a Parquet data set of faults, by expressions that ``swapin sql`` wrote.

A column is named as the expression's file: ``write.sql`` gives ``write``. Needs nothing of swapin.

    spark-submit job.py FAULTS VERDICTS EXPRESSION.sql… [--keep NAME,…]
"""

import argparse
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql.functions import col, expr


def main():
    """Read, decide, write: one pass, without a shuffle."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults")
    parser.add_argument("verdicts")
    parser.add_argument("expressions", nargs="+", type=Path)
    parser.add_argument("--keep", default="id", help="columns to write beside the verdicts")
    args = parser.parse_args()
    spark = SparkSession.builder.appName("swapin").getOrCreate()
    # The JVM compiles no method of more than 8,000 bytes, and large ones badly. A whole stage as
    # one method would be such a one; beyond this limit Spark takes several in its place.
    spark.conf.set("spark.sql.codegen.hugeMethodLimit", 2000)
    kept = [col(f"`{name}`") for name in args.keep.split(",") if name]
    decided = [expr(path.read_text(encoding="utf-8")).alias(path.stem) for path in args.expressions]
    spark.read.parquet(args.faults).select(*kept, *decided).write.parquet(args.verdicts)
    spark.stop()


if __name__ == "__main__":
    main()
