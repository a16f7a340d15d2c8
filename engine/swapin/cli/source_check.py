"""``swapin source-check``: the kernel's own text, beside what the model says."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from swapin.cli import evaluator
from swapin.cli.exits import status

if TYPE_CHECKING:
    from swapin.source.check import SourceReport


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
    parser.add_argument("--json", action="store_true", help="as JSON")
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
    if args.json:
        print(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(report_text(report)))
    return status(degraded=catalog.degraded, findings=report.findings)


def _override(text: str) -> tuple[str, bool]:
    name, equals, value = text.partition("=")
    if not equals or value not in ("true", "false"):
        raise LookupError(f"`{text}` is no fact of the form kernel.NAME=true or kernel.NAME=false")
    return name, value == "true"


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
            f"  the text says {difference.text_says}, the model says {difference.model_says}",
        ]
        lines += [f"  it hangs on {place}" for place in difference.places]
        lines += [f"  the same with --fact {remedy}" for remedy in difference.remedies]
    found = [str(unmatched) for unmatched in decision.unmatched]
    found += [str(unresolved) for unresolved in citations.unresolved]
    found += [str(check) for check in report.layouts if str(check.agreement) == "differs"]
    return [*lines, *([""] if found else []), *found]
