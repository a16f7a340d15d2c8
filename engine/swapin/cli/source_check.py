"""``swapin source-check``: the kernel's own text, beside what the model says."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from swapin.cli import evaluator, formats
from swapin.cli.exits import status
from swapin.cli.text import word

if TYPE_CHECKING:
    from swapin.analysis.report import Case, Report
    from swapin.source.check import SourceReport
    from swapin.source.decision import Difference


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``source-check``."""
    parser = commands.add_parser(
        "source-check",
        help="compare the model with a kernel source tree",
        description="Lift the decision from a kernel source tree, compare it with the model over "
        "every admissible state, look up every citation and derive every swap PTE layout. Exit "
        "status 1 if anything disagrees.",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--tree", type=Path, metavar="DIR", help="an unpacked kernel source")
    where.add_argument(
        "--package", metavar="NAME", help="a Debian package, such as linux-source-6.12"
    )
    parser.add_argument(
        "--kernel", default="", metavar="NAME", help="compare with this release or variant"
    )
    parser.add_argument(
        "--fact",
        action="append",
        default=[],
        metavar="kernel.NAME=true|false",
        help="a capability that this tree has unlike the release, such as a backport",
    )
    formats.add_argument(parser, "source-check")
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check the tree and print what was found."""
    from swapin.debian.packages import Packages
    from swapin.source.check import check_source
    from swapin.source.citations import citations_of
    from swapin.source.fetch import source_tree
    from swapin.source.syntax import parse
    from swapin.source.tree import Tree

    # Before anything is fetched: is the parser there, and is the command line right?
    parse("")
    overrides = dict(_override(text) for text in args.fact)
    catalog = evaluator.load(args).catalog
    root = args.tree
    if root is None:
        cited = {citation.source.file for citation in citations_of(catalog)}
        root = source_tree(Packages(), args.package, cited)
    report = check_source(Tree(root), catalog, args.kernel, overrides)
    formats.show(args, source_report(report))
    return status(degraded=catalog.degraded, findings=report.findings)


def _override(text: str) -> tuple[str, bool]:
    name, equals, value = text.partition("=")
    if not equals or value not in ("true", "false"):
        raise LookupError(f"`{text}` is no fact of the form kernel.NAME=true or kernel.NAME=false")
    return name, value == "true"


def source_report(report: SourceReport) -> Report:
    """One case for each outcome, for each citation that is not borne out, for each layout."""
    from swapin.analysis.report import Report

    return Report(
        command="source-check",
        title=f"Linux {report.version} beside the model",
        cases=(*_decision(report), *_citations(report), *_layouts(report)),
        data=(report.to_dict(),),
        text="\n".join(report_text(report)),
    )


def _decision(report: SourceReport) -> Iterator[Case]:
    from swapin.analysis.report import Case, State

    group = f"decision, kernel {report.decision.kernel}"
    found = {difference.outcome: difference for difference in report.decision.differences}
    for outcome in report.decision.outcomes:
        meaning = f"text and model say the same of `{outcome}`"
        difference = found.get(outcome)
        if difference is None:
            yield Case(group=group, id=outcome, meaning=meaning, state=State.PASSED)
            continue
        file, line = _place(difference.place)
        yield Case(
            group=group,
            id=outcome,
            meaning=meaning,
            state=State.FAILED,
            message=f"{_said(difference)}; they differ in {difference.states:,} states",
            details=(
                f"where {', '.join(difference.witness) or 'the fault is an ordinary one'}",
                *(f"it hangs on {asked}" for asked in difference.places),
                *(f"the same with --fact {remedy}" for remedy in difference.remedies),
            ),
            file=file,
            line=line,
            data=difference.to_dict(),
        )
    for unmatched in report.decision.unmatched:
        file, line = _place(unmatched.place)
        yield Case(
            group=group,
            id="spelling",
            meaning="a plugin spells what the text says",
            state=State.FAILED,
            message=f"could not match `{unmatched.text}`",
            details=(unmatched.text,),
            file=file,
            line=line,
        )


def _citations(report: SourceReport) -> Iterator[Case]:
    from swapin.analysis.report import Case, State

    group = f"citations, kernel {report.decision.kernel}"
    meaning = "what the model cites is there"
    if not report.citations.unresolved:
        yield Case(group=group, id="citations", meaning=meaning, state=State.PASSED)
    for unresolved in report.citations.unresolved:
        yield Case(
            group=group,
            id=unresolved.declaration,
            meaning=meaning,
            state=State.FAILED,
            message=unresolved.why,
            details=(f"cites {unresolved.cites}",),
            file=unresolved.file,
            function=unresolved.function,
        )


def _layouts(report: SourceReport) -> Iterator[Case]:
    from swapin.analysis.report import Case, State
    from swapin.source.layouts import Agreement

    group = f"layouts, kernel {report.decision.kernel}"
    meaning = "the tree's macros make the declared layout"
    if report.no_layouts:
        yield Case(
            group=group, id="layout", meaning=meaning, state=State.OPEN, message=report.no_layouts
        )
    states = {Agreement.AGREES: State.PASSED, Agreement.DIFFERS: State.FAILED}
    for check in report.layouts:
        yield Case(
            group=group,
            id=f"layout.{check.architecture}",
            meaning=meaning,
            state=states.get(check.agreement, State.OPEN),
            message="; ".join(map(str, check.differences)) or check.remark,
            file=check.file,
        )


def _said(difference: Difference) -> str:
    text_says, model_says = map(word, (difference.text_says, difference.model_says))
    return f"the text says {text_says}, the model says {model_says}"


def _place(place: str) -> tuple[str, int]:
    """File and line of ``mm/memory.c:3812``."""
    file, _, line = place.rpartition(":")
    return file, int(line or 0)


def report_text(report: SourceReport) -> list[str]:
    """One line for each check, with counts; then what was found."""
    decision, citations = report.decision, report.citations
    with_ = [f"{name}={str(value).lower()}" for name, value in report.overrides.items()]
    beside = " with ".join([decision.kernel, *([", ".join(with_)] if with_ else [])])
    because = f" ({report.remark})" if report.remark else ""
    agreed = {str(check.agreement): 0 for check in report.layouts}
    for check in report.layouts:
        agreed[str(check.agreement)] += 1
    lines = [
        f"Linux {report.version}, compared with kernel {beside}{because}",
        f"  decision   {len(decision.functions)} functions, {decision.states:,} states, "
        f"{len(decision.outcomes)} outcomes: {len(decision.differences)} differ, "
        f"{len(decision.unmatched)} places not matched",
        f"  citations  {citations.resolved} resolved, {len(citations.unresolved)} not, "
        f"{citations.mails} mails, {citations.elsewhere} of other releases",
        "  layouts    "
        + (report.no_layouts or ", ".join(f"{n} {word}" for word, n in sorted(agreed.items()))),
    ]
    for difference in decision.differences:
        lines += [
            "",
            f"{difference.outcome}: differs in {difference.states:,} states",
            f"  where {', '.join(difference.witness) or 'the fault is an ordinary one'}",
            f"  {_said(difference)}",
        ]
        lines += [f"  it hangs on {place}" for place in difference.places]
        lines += [f"  the same with --fact {remedy}" for remedy in difference.remedies]
    found = [str(unmatched) for unmatched in decision.unmatched]
    found += [str(unresolved) for unresolved in citations.unresolved]
    found += [str(check) for check in report.layouts if str(check.agreement) == "differs"]
    return [*lines, *([""] if found else []), *found]
