"""``--json`` and ``--format``: how commands write what they found, and which schema it has."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from swapin.analysis.report import Report

FORMATS = ("text", "json", "sarif", "junit", "ktap", "markdown", "github")


def prints(parser: argparse.ArgumentParser, *schemas: str) -> None:
    """Declare which schemas (``swapin schema``) the JSON that a command prints has."""
    parser.set_defaults(schemas=schemas)


def add_json(
    parser: argparse.ArgumentParser,
    text: str,
    *schemas: str,
    beside: argparse._ActionsContainer | None = None,
) -> None:
    """Add ``--json``.

    :param text: its help, to which the schemas are added.
    :param beside: the group of the parser that it belongs to.
    """
    told = f"{text} (swapin schema {'|'.join(schemas)})"
    (beside or parser).add_argument("--json", action="store_true", help=told)
    prints(parser, *schemas)


def add_argument(parser: argparse.ArgumentParser, schema: str) -> None:
    """Add ``--format``, and ``--json`` for one of its values."""
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="how to write the result (default: text)"
    )
    told = f"as --format json (swapin schema {schema})"
    parser.add_argument("--json", action="store_const", dest="format", const="json", help=told)
    prints(parser, schema)


def show(args: argparse.Namespace, report: Report) -> None:
    """Print a report in the format that was asked for."""
    from swapin.analysis.formats import Format, rendered

    told = rendered(report, Format(args.format))
    if told or args.format != Format.GITHUB:
        print(told)
