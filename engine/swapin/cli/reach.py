"""``swapin reach``: whether a rule or a state can be reached, on which devices, and how."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from swapin.cli import evaluator, formats, sides
from swapin.cli.exits import status
from swapin.model import FALSE

if TYPE_CHECKING:
    from swapin.analysis import ReachReport
    from swapin.catalog import Catalog


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``reach``."""
    parser = commands.add_parser(
        "reach",
        help="say whether a rule or a state can be reached, on which devices and how",
        description="Say whether a rule can hold, or an outcome or an expression, and where: by "
        "which kernels and devices, with a witness; or what blocks it.",
        epilog="examples: swapin reach writeback.stable-writes --backend zram; "
        "swapin reach write=COPIED --kernel 6.12; "
        "swapin reach 'folio.writeback & ~folio.fresh & pte_writable' --kernel 6.1",
    )
    parser.add_argument("query", metavar="RULE|OUTCOME=VALUE|EXPRESSION", help=sides.QUERY)
    parser.add_argument("--kernel", action="append", default=[], metavar="K", help="default: all")
    parser.add_argument(
        "--backend",
        action="append",
        default=[],
        metavar="B",
        help="swap device, or stack a/b; `all` for each one (default: left open)",
    )
    sides.add_given(parser)
    formats.add_json(parser, "one JSON object", "reach")
    sides.add_server(parser)
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look and print; unreachable is an answer, and no finding."""
    from swapin.analysis import reach, read_query

    catalog = evaluator.load(args).catalog
    devices = list(catalog.backends) if "all" in args.backend else args.backend
    kernels = args.kernel or _kernels(args.query, catalog)
    if args.server:
        with sides.server(args) as analysis:
            told = analysis.reach(args.query, kernels, devices, sides.given(args, catalog))
        sides.show_json([told])
        return status()
    query = read_query(args.query, catalog)
    report = reach(catalog, query, kernels, devices, sides.given(args, catalog))
    if args.json:
        print(json.dumps(report.to_dict(), ensure_ascii=False))
    else:
        print("\n".join(_text(report, catalog)))
    return status(degraded=catalog.degraded)


def _kernels(query: str, catalog: Catalog) -> list[str]:
    """Every release; every kernel, if what is asked about is there on variants alone."""
    from swapin.analysis import read_query

    releases = [name for name, kernel in catalog.kernels.items() if not kernel.variant]
    condition = read_query(query, catalog).condition
    on_releases = {condition.given(catalog.capabilities(catalog.kernels[k])) for k in releases}
    return list(catalog.kernels) if on_releases == {FALSE} else releases


def _text(report: ReachReport, catalog: Catalog) -> Iterator[str]:
    yield "reachable" if report.reachable else "unreachable"
    yield f"  {report.query.text}"
    for answer in sorted(report.answers, key=lambda answer: not answer.reachable):
        device = f", {', '.join(answer.devices)}" if answer.devices else ""
        where = f"{sides.ranges(answer.kernels, catalog)}{device}"
        if not answer.reachable:
            yield f"  blocked on {where}:"
            yield from (f"    {why}" for why in answer.blocked)
            yield from (f"    unless {how}" for how in answer.unless)
            continue
        yield f"  reached on {where}:"
        unusual = f" but for {', '.join(answer.witness)}" if answer.witness else ""
        yield f"    by an ordinary fault{unusual}"
        yield from (f"    takes {what}" for what in answer.takes)
        yield from (f"    not with {how}" for how in answer.unless)
