"""``swapin schema``: the JSON Schemas of what goes in and out."""

from __future__ import annotations

import argparse
import json

from swapin.cli import evaluator
from swapin.cli.exits import status


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``schema``."""
    parser = commands.add_parser(
        "schema",
        help="print the JSON Schema of what a command reads or writes",
        description="Print a JSON Schema (draft 2020-12) of what goes in or comes out, with the "
        "facts and presets of the loaded plugins; without a name, the names that there are.",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="fault, verdict, result…")
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the schema, or the names and titles of all."""
    from swapin.service.schemas import NAMES, schema

    catalog = evaluator.load(args).catalog
    if args.name:
        print(json.dumps(schema(args.name, catalog), ensure_ascii=False, indent=1))
    else:
        for name in NAMES:
            print(f"{name:14} {schema(name, catalog)['title']}")
    return status(degraded=catalog.degraded)
