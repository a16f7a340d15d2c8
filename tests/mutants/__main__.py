"""``make mutants``: every single-point change of the built-in rules, and who catches it.

Exit status 1 if a mutant survives: nobody catches it, and it is not equivalent.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from mutants.judge import CATCHERS, Behaviour, behaviours, combined
from mutants.mutate import mutants_of
from swapin.catalog import load_catalog
from swapin.program import Program

OBSERVATIONS = sorted((Path(__file__).parent.parent / "observations").glob("*.jsonl.gz"))


def main() -> int:
    """Judge every mutant by every behaviour; print the counts, and those not caught."""
    began = time.monotonic()
    program = Program(load_catalog(strict=True))
    every = [mutant for rule in program.catalog.rules.values() for mutant in mutants_of(rule)]
    found = behaviours(program, OBSERVATIONS)
    number = len(found)
    columns = []
    for kernels, compiled, seen in found:
        behaviour = Behaviour(kernels[0], compiled, seen)
        columns.append([behaviour.verdict(mutant) for mutant in every])
    results = [combined(verdicts) for verdicts in zip(*columns, strict=True)]
    for kind in ("equivalent", "unwitnessed", "survived"):
        for mutant, result in zip(every, results, strict=True):
            if result == kind:
                print(f"{kind}: {mutant}")
    counts = Counter(results)
    caught = ", ".join(f"{counts[one]} by {one}" for one in CATCHERS)
    print(
        f"{len(every)} mutants of {len(program.catalog.rules)} rules, {number} behaviours: "
        f"caught first {caught}; {counts['equivalent']} equivalent, by equal diagrams; "
        f"{counts['unwitnessed']} limits unwitnessed; {counts['survived']} survived"
    )
    print(f"{time.monotonic() - began:.0f} s")
    return 1 if counts["survived"] else 0


if __name__ == "__main__":
    sys.exit(main())
