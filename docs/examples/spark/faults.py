"""Writes a Parquet data set of faults by chance, with the columns that a query reads.

    swapin sql … --json | python3 faults.py ROWS DIRECTORY

Half of each column is true, and a tenth is NULL, which is unknown.
"""

import json
import random
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet

rows, directory = int(sys.argv[1]), Path(sys.argv[2])
names = sorted({name for line in sys.stdin for name in json.loads(line)["columns"]})
chance = random.Random(1)
directory.mkdir()
# Several files, as a data set has them.
for part in range(4):
    ids = range(part, rows, 4)
    columns = {"id": pyarrow.array(ids)}
    for name in names:
        values = [chance.choices((True, False, None), (45, 45, 10))[0] for _ in ids]
        columns[name] = pyarrow.array(values, pyarrow.bool_())
    pyarrow.parquet.write_table(pyarrow.table(columns), directory / f"part-{part}.parquet")
