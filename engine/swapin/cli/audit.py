"""``swapin audit``: what real kernels did, beside what the model says."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from swapin.cli import evaluator, text
from swapin.cli.exits import status
from swapin.model import Depth, Fault, FaultError, Verdict

if TYPE_CHECKING:
    from swapin.observe import Audit, Judgement


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``audit``."""
    parser = commands.add_parser(
        "audit",
        help="compare observations of real kernels with the model",
        description="Compare what real kernels did (mapped_exclusive, write) with the verdicts of "
        "the model. Exit status 1 if they disagree anywhere.",
    )
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="observations, one JSON object a line; plain or gzip",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object, totals first")
    evaluator.add_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Audit the files and print the result."""
    from swapin.observe import audit, read_observations

    program = evaluator.load(args)
    records = [record for path in args.files for record in read_observations(path, program.catalog)]
    with evaluator.chosen(args, program) as asked, _progress(len(records)) as progress:

        def evaluate(faults: Iterable[Fault]) -> Iterator[Verdict | FaultError]:
            return asked.evaluate_many(faults, Depth.DECIDING)

        result = audit(records, evaluate, progress)
    if args.json:
        print(json.dumps(result.to_dict(), ensure_ascii=False))
    else:
        print(audit_text(result))
    return status(
        bad_input=bool(result.bad_lines),
        degraded=program.catalog.degraded,
        findings=bool(result.disagreements),
    )


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None] | None]:
    """A progress bar on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(total=total, unit="fault", leave=False) as bar:

        def show(done: int) -> None:
            bar.update(done - bar.n)

        yield show


def audit_text(result: Audit) -> str:
    """The table of groups, the disagreements, the bad lines and the totals."""
    lines = _table(result)
    for judgement in result.disagreements:
        lines += ["", *disagreement_text(judgement)]
    lines += ["", *(f"{bad.place}: no observation: {bad.error}" for bad in result.bad_lines)]
    for outcome, counts in result.counts.items():
        told = ", ".join(f"{counts[key]} {key.replace('_', ' ')}" for key in counts)
        lines.append(f"{outcome}: {told}")
    lines.append(f"{result.observations} observations")
    return "\n".join(lines)


def disagreement_text(judgement: Judgement) -> list[str]:
    """What the kernel did, and what the model says instead."""
    from swapin.observe.audit import OUTCOMES

    seen = ", ".join(
        f"{outcome} {text.word(value)}"
        for outcome in OUTCOMES
        if (value := judgement.seen(outcome)) is not None
    )
    lines = [f"{judgement.observation.place}: the kernel did: {seen}; the model says:"]
    if isinstance(judgement.verdict, FaultError):
        return [*lines, f"  impossible: {judgement.verdict}"]
    return [*lines, text.verdict_text(judgement.verdict, Depth.DECIDING)]


def _table(result: Audit) -> list[str]:
    columns = ("agree", "disagree", "undetermined")
    header = ("kernel", "backend", "scenario", "outcome", *columns)
    rows = [
        (*key, outcome, *(str(counts[column]) for column in columns))
        for key, outcomes in sorted(result.groups.items())
        for outcome, counts in outcomes.items()
        if any(counts[column] for column in columns)
    ]
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    numbers = len(header) - len(columns)

    def line(row: tuple[str, ...]) -> str:
        cells = [
            cell.rjust(width) if i >= numbers else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells)

    return [line(header), *(line(row) for row in rows)]
