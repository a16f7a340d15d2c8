"""``--format``: how check, diff, audit and source-check write what they found."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from swapin.analysis.report import Report

FORMATS = ("text", "json", "sarif", "junit", "ktap", "markdown", "github")


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--format``, and ``--json`` for one of its values."""
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="how to write the result (default: text)"
    )
    parser.add_argument(
        "--json", action="store_const", dest="format", const="json", help="as --format json"
    )


def show(args: argparse.Namespace, report: Report) -> None:
    """Print a report in the format that was asked for."""
    from swapin.analysis.formats import Format, rendered

    told = rendered(report, Format(args.format))
    if told or args.format != Format.GITHUB:
        print(told)
