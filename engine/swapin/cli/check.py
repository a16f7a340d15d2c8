"""``swapin check``: every invariant over every admissible state."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from swapin.cli import evaluator, formats, sides
from swapin.cli.exits import status

if TYPE_CHECKING:
    from swapin.analysis import CheckReport
    from swapin.analysis.report import Report
    from swapin.catalog import Catalog


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``check``."""
    parser = commands.add_parser(
        "check",
        help="check every invariant over every admissible state",
        description="Check every invariant over every admissible state of a fault that maps a "
        "page. A violation is shown by the state that is fewest facts away from an ordinary "
        "fault. With --all, kernels that are declared to break an invariant are told and are no "
        "finding; a kernel that is asked for by name is held to every invariant.",
    )
    parser.add_argument("--kernel", action="append", metavar="K", help="release or variant")
    parser.add_argument("--all", action="store_true", help="every kernel (the default)")
    parser.add_argument("--arch", default="", metavar="A", help="architecture")
    parser.add_argument("--backend", default="", metavar="B", help="swap device, or stack a/b")
    sides.add_given(parser)
    formats.add_argument(parser, "check")
    sides.add_server(parser)
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check, print, and tell by the exit status whether anything was found."""
    from swapin.analysis import check, side_of

    catalog = evaluator.load(args).catalog
    facts = sides.given(args, catalog)
    names = args.kernel if args.kernel and not args.all else list(catalog.kernels)
    stack = args.backend.split("/") if args.backend else []
    by_name = bool(args.kernel) and not args.all
    if args.server:
        described: dict[str, Any] = {"architecture": args.arch, "stack": stack, "facts": facts}
        with sides.server(args) as analysis:
            told = analysis.check([{"kernel": name, **described} for name in names])
        sides.show_json(told)
        bad = [
            found
            for report in told
            for found in report["violations"]
            if by_name or not found["known"]
        ]
        return status(findings=bool(bad))
    asked = [
        side_of(catalog, name, architecture=args.arch, stack=stack, facts=facts) for name in names
    ]
    reports = check(asked)
    found = [r for r in reports if (r.violations if by_name else r.unexpected)]
    formats.show(args, _report(reports, catalog, by_name, bool(found)))
    return status(findings=bool(found), degraded=catalog.degraded)


def _report(reports: list[CheckReport], catalog: Catalog, by_name: bool, found: bool) -> Report:
    """One case for each invariant of each kernel."""
    from swapin.analysis.report import Case, Report, State

    cases = []
    for report in reports:
        broken = {violation.invariant.id: violation for violation in report.violations}
        for invariant in report.side.catalog.invariants.values():
            violation = broken.get(invariant.id)
            state, message, details = State.PASSED, "", []
            if violation:
                known = violation.known and not by_name
                state = State.KNOWN if known else State.FAILED
                message = violation.known if known else f"violated in {violation.states:,} states"
                details = [
                    f"nearest to an ordinary fault: {', '.join(violation.unusual)}",
                    f"comes to {', '.join(violation.outcomes)}",
                    f"by {', '.join(violation.rules)}",
                ]
            cases.append(
                Case(
                    group=report.side.name,
                    id=invariant.id,
                    meaning=invariant.meaning,
                    state=state,
                    message=message,
                    details=tuple(details),
                    file=invariant.source.file,
                    function=invariant.source.function,
                    data=violation.to_dict() if violation else {},
                )
            )
    return Report(
        command="check",
        title="every invariant over every admissible state",
        cases=tuple(cases),
        data=tuple(report.to_dict() for report in reports),
        text="\n".join(_text(reports, catalog, found)),
    )


def _text(reports: list[CheckReport], catalog: Catalog, found: bool) -> Iterator[str]:
    kernels = "1 kernel" if len(reports) == 1 else f"{len(reports)} kernels"
    answer = "violated" if found else "no violation"
    yield f"{answer} ({kernels}, {reports[0].invariants} invariants)"
    alike: dict[tuple[str, ...], list[CheckReport]] = {}
    for report in reports:
        alike.setdefault(tuple(_of(report)), []).append(report)
    for told, group in alike.items():
        names = [report.side.name for report in group]
        known = all(name in catalog.kernels for name in names)
        where = sides.ranges(tuple(names), catalog) if known else "; ".join(names)
        yield f"  {where}: {told[0]}"
        yield from (f"    {line}" for line in told[1:])


def _of(report: CheckReport) -> Iterator[str]:
    """What a report tells, whatever the kernel's name."""
    if not report.violations:
        yield "every invariant holds"
    else:
        ids = ", ".join(found.invariant.id for found in report.violations)
        yield f"{ids} violated"
    for found in report.violations:
        if len(report.violations) > 1:
            yield f"{found.invariant.id}:"
        if found.known:
            yield f"known: {found.known}"
        yield f"not so: {found.invariant.meaning}"
        yield f"in {found.states:,} of {report.states:,} states, the nearest to an ordinary fault"
        yield f"  where {', '.join(found.unusual) or 'nothing is unusual'}"
        yield f"  comes to {', '.join(found.outcomes)}"
        yield f"  by {', '.join(found.rules)}"
