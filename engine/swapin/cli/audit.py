"""``swapin audit``: what real kernels did, beside what the model says."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from swapin.cli import evaluator, formats, text
from swapin.cli.exits import status
from swapin.cli.progress import progress
from swapin.model import Depth, Fault, FaultError, Problem, Reason, Verdict

if TYPE_CHECKING:
    from swapin.analysis.report import Case, Report
    from swapin.catalog import Catalog
    from swapin.observe import Audit, Observation
    from swapin.observe.audit import Judgement
    from swapin.observe.observation import BadLine


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
        help="observations, one JSON object a line; plain or gzip; - is standard input",
    )
    formats.add_argument(parser, "audit")
    evaluator.add_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Audit the files and print the result."""
    from swapin.observe import audit

    program = evaluator.load(args)
    records = [record for path in args.files for record in _records(path, program.catalog)]
    with evaluator.chosen(args, program) as asked, progress(len(records), "fault") as told:

        def evaluate(faults: Iterable[Fault]) -> Iterator[Verdict | FaultError]:
            return asked.evaluate_many(faults, Depth.DECIDING)

        result = audit(records, evaluate, told)
    formats.show(args, audit_report(result))
    return status(
        bad_input=bool(result.bad_lines),
        degraded=program.catalog.degraded,
        findings=bool(result.disagreements),
    )


def _records(path: Path, catalog: Catalog) -> Iterator[Observation | BadLine]:
    """What is in a file; one that cannot be read, or not to its end, is told and stops no other."""
    from swapin.observe import read_observations
    from swapin.observe.observation import BadLine

    try:
        yield from read_observations(path, catalog)
    except OSError as error:
        problem = Problem("", Reason.MALFORMED, error.strerror or str(error))
        yield BadLine(str(path), FaultError([problem]))


def audit_report(result: Audit) -> Report:
    """One case for each outcome of a group of observations, and one for each disagreement."""
    from swapin.analysis.report import Case, Report, State

    cases = []
    for key, outcomes in sorted(result.groups.items()):
        for outcome, counts in outcomes.items():
            if counts["disagree"]:
                continue
            told = ", ".join(f"{n} {how.replace('_', ' ')}" for how, n in counts.items() if n)
            cases.append(
                Case(
                    group=", ".join(filter(None, key)),
                    id=_case_id(outcome),
                    meaning=_meaning(outcome),
                    state=State.PASSED if counts["agree"] else State.OPEN,
                    message="" if counts["agree"] else told,
                    data={"outcome": outcome, **counts},
                )
            )
    for judgement in result.disagreements:
        cases += [
            _disagreement(judgement, outcome)
            for outcome in result.counts
            if judgement.of(outcome) == "disagree"
        ]
    return Report(
        command="audit",
        title="observations of real kernels beside the model",
        # A group's cases stand together, whether they agree or not.
        cases=tuple(sorted(cases, key=lambda case: case.group)),
        data=(result.to_dict(),),
        text=audit_text(result),
        errors=tuple(f"{bad.place}: {bad.error}" for bad in result.bad_lines),
    )


def _case_id(outcome: str) -> str:
    return f"audit.{outcome}"


def _meaning(outcome: str) -> str:
    return f"the model says of `{outcome}` what the kernel did"


def _disagreement(judgement: Judgement, outcome: str) -> Case:
    from swapin.analysis.report import Case, State

    seen, verdict = judgement.observation, judgement.verdict
    did = text.word(judgement.seen(outcome) or "")
    if isinstance(verdict, FaultError):
        said, details = "that this cannot be", [str(verdict)]
    else:
        said = text.word(verdict.outcomes[outcome])
        details = text.verdict_text(verdict, Depth.DECIDING).splitlines()
    path, _, line = seen.place.rpartition(":")
    kernel = seen.fault.variant or seen.fault.release
    return Case(
        group=", ".join(filter(None, (kernel, seen.backend, seen.scenario))),
        id=_case_id(outcome),
        meaning=_meaning(outcome),
        state=State.FAILED,
        message=f"the kernel did: {did}; the model says: {said}",
        details=tuple(details),
        file=path,
        line=int(line),
        data={"outcome": outcome, "observed": judgement.seen(outcome)},
    )


def audit_text(result: Audit) -> str:
    """The table of groups, the disagreements, the bad lines and the totals."""
    lines = _table(result)
    for judgement in result.disagreements:
        lines += ["", *disagreement_text(judgement)]
    lines += ["", *(f"{bad.place}: no observation: {bad.error}" for bad in result.bad_lines)]
    if result.copies:
        lines += [*copies_text(result.copies), ""]
    for outcome, counts in result.counts.items():
        told = ", ".join(f"{counts[key]} {key.replace('_', ' ')}" for key in counts)
        lines.append(f"{outcome}: {told}")
    lines.append(f"{result.observations} observations")
    return "\n".join(lines)


def copies_text(copies: Counter[str]) -> list[str]:
    """The share of each cause among the copies, the most frequent first."""
    total = copies.total()
    return [
        f"copies: {total}, because",
        *(f"  {n:6} {n / total:5.1%}  {cause}" for cause, n in copies.most_common()),
    ]


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
