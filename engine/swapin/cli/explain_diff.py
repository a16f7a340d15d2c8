"""``swapin explain-diff``: a comparison in prose, for the reply to a mail."""

from __future__ import annotations

import argparse

from swapin.cli import diff, evaluator
from swapin.cli.exits import status


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``explain-diff``."""
    parser = commands.add_parser(
        "explain-diff",
        help="say in prose what two sides decide differently, for the reply to a mail",
        description="Say in paragraphs what `swapin diff` shows: where two kernels, "
        "architectures, devices or catalogs decide differently, by which rules, and what is dead.",
    )
    diff.add_sides(parser)
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compare, and write a letter. That there is a difference is no finding here."""
    from swapin.analysis.prose import letter

    catalog = evaluator.load(args).catalog
    print(letter(diff.compared(args, catalog)))
    return status(degraded=catalog.degraded)
