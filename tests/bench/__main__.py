"""``make bench``: what one run measures, as ratios to what it measures beside.

Absolute figures depend on the machine and the hour; compare the ratios of one run.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import added
import decisions
import latency
import lives
import packed
import start_up
import tables
import wire

import analysis
import columns

_TOLD = ("swapin", "grpcio", "protobuf", "pluggy", "numpy", "polars", "pyarrow", "duckdb")
"""Distributions whose versions are told."""


def main() -> None:
    """Run every part and print a table, or JSON."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds, interleaved (default 7)")
    parser.add_argument("--json", action="store_true")
    parts = {
        "decisions": decisions.run,
        "columns": columns.run,
        "tables": tables.run,
        "wire": wire.run,
        "in-process": added.run,
        "latency": latency.run,
        "packed": packed.run,
        "start-up": start_up.run,
        "analysis": analysis.run,
        "lives": lives.run,
    }
    parser.add_argument("parts", nargs="*", choices=[[], *parts])
    args = parser.parse_args()
    found = {
        name: run(args.rounds)
        for name, run in parts.items()
        if not args.parts or name in args.parts
    }
    machine = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        **{
            name: version(name)
            for name in (
                "swapin",
                "grpcio",
                "protobuf",
                "pluggy",
                "numpy",
                "polars",
                "pyarrow",
                "duckdb",
            )
        },
    }
    if args.json:
        print(json.dumps({"machine": machine, "rounds": args.rounds, **found}, indent=2))
        return
    print(", ".join(f"{name} {value}" for name, value in machine.items()))
    for name, rows in found.items():
        print(f"\n{name}")
        width = max((len(row["what"]) for row in rows), default=0)
        for row in rows:
            print(
                f"  {row['what']:{width}}  {row['figure']:>12,.1f} {row['unit']:12} "
                f"{row['ratio']:>8.2f} x {row['of']}{row.get('remark', '')}"
            )


if __name__ == "__main__":
    main()
