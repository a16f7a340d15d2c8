"""Counts verdicts, JSON lines of ``swapin eval --json`` on standard input, for Prometheus.

With ``--out FILE`` the counts are in that file, for node_exporter's textfile collector: written
anew every ``--every`` seconds while lines come, and at the end. Without, they are printed then.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

VERDICTS = "swapin_stream_verdicts_total"
BAD = "swapin_stream_bad_lines_total"
LAST = "swapin_stream_last_verdict_timestamp_seconds"


def main():
    """Count until the end of the input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, metavar="FILE")
    parser.add_argument("--every", type=float, default=5, metavar="SECONDS")
    args = parser.parse_args()
    counts, bad, last, written = Counter(), 0, 0.0, time.monotonic()
    for line in sys.stdin:
        told = json.loads(line)
        if "error" in told:
            bad += 1
        else:
            last = time.time()
            kernel = told["provenance"]["kernel"]
            counts.update((kernel, *outcome) for outcome in told["outcomes"].items())
        if args.out and time.monotonic() - written >= args.every:
            write(args.out, exposition(counts, bad, last))
            written = time.monotonic()
    if args.out:
        write(args.out, exposition(counts, bad, last))
    else:
        print(exposition(counts, bad, last), end="")


def exposition(counts, bad, last):
    """The counts in Prometheus' text format."""
    lines = [f"# HELP {VERDICTS} Verdicts by outcome and value.", f"# TYPE {VERDICTS} counter"]
    for (kernel, outcome, value), count in sorted(counts.items()):
        lines.append(f'{VERDICTS}{{kernel="{kernel}",outcome="{outcome}",value="{value}"}} {count}')
    lines += [
        f"# HELP {BAD} Lines that described no fault.",
        f"# TYPE {BAD} counter",
        f"{BAD} {bad}",
    ]
    lines += [
        f"# HELP {LAST} When the last verdict came.",
        f"# TYPE {LAST} gauge",
        f"{LAST} {last}",
    ]
    return "\n".join(lines) + "\n"


def write(path, text):
    """Put a whole file in place of the one before, since a collector may read at any moment."""
    beside = path.with_name(path.name + ".new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)


if __name__ == "__main__":
    main()
