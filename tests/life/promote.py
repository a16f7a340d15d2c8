"""The verdict of every litmus test on every kernel that decides unlike its neighbour, as text.

``python tests/life/promote.py`` writes it to ``verdicts.txt``; a change is reviewed as a diff.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from swapin.life.catalogue import catalogue
from swapin.life.run import applies, run_litmus
from swapin.program import Program, load_program

HERE = Path(__file__).parent
KERNELS = ("5.10", "5.18", "5.19", "v2-posted", "6.1", "6.2", "6.3", "6.12", "6.19", "7.0", "7.3")


def verdicts(program: Program) -> Iterator[str]:
    """A line for each test: its condition, then the kernels by verdict."""
    for test in catalogue().values():
        found: dict[str, list[str]] = {}
        for name in KERNELS:
            if applies(test, program.catalog.kernels[name].release):
                result = run_litmus(program, test, name)
                kept = "" if result.as_expected else " (not as asked)"
                found.setdefault(f"{result.verdict}{kept}", []).append(name)
        told = "; ".join(f"{verdict}: {' '.join(names)}" for verdict, names in found.items())
        yield f"{test.name} | {test.quantifier} {test.written} | {told}"


if __name__ == "__main__":
    text = "\n".join(verdicts(load_program())) + "\n"
    (HERE / "verdicts.txt").write_text(text, encoding="utf-8")
