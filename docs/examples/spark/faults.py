"""Writes a Parquet data set of faults by chance, with the columns that a query reads.

    swapin sql … --json | python3 faults.py ROWS DIRECTORY

Of each row a share by chance, from nothing to all, is NULL, which is unknown.
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
    shares = [chance.random() for _ in ids]
    for name in names:
        values = [None if chance.random() < share else chance.random() < 0.5 for share in shares]
        columns[name] = pyarrow.array(values, pyarrow.bool_())
    pyarrow.parquet.write_table(pyarrow.table(columns), directory / f"part-{part}.parquet")
