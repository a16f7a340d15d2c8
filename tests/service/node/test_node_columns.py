"""The example of columns in another language gets the library's answers."""

from __future__ import annotations

import json
from pathlib import Path

from rows import sampled, verdicts

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "docs" / "examples" / "columns-node"


def test_rows_by_chance(run_node, start_server, program):
    """More than fit a call would be sent in parts; here a byte is left unfilled."""
    compiled = program.compiled(program.catalog.kernels["6.1"])
    rows = list(sampled(compiled, {}, "node", 203))
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    printed = run_node("columns.mjs", start_server().address, "6.1", given=lines)

    assert [
        {"impossible": True} if outcomes is None else outcomes
        for outcomes in verdicts(compiled, rows)
    ] == [json.loads(line) for line in printed.splitlines()]


def test_what_the_readme_shows(run_node, start_server):
    """The faults beside the example give what is written there."""
    faults = (EXAMPLE / "faults.jsonl").read_text(encoding="utf-8")
    printed = run_node("columns.mjs", start_server().address, "6.1", given=faults)
    readme = (EXAMPLE / "README.md").read_text(encoding="utf-8")

    shown = [line.strip() for line in readme.splitlines() if line.startswith('    {"')]
    assert shown == printed.splitlines()


def test_same_packages():
    """The example names the packages that it was run with."""
    packages = [
        json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
        for folder in (EXAMPLE, Path(__file__).parent)
    ]
    assert packages[0] == packages[1]
