"""``swapin capture``: swap-in faults of a live machine."""

from __future__ import annotations

import argparse
import json
import sys

from swapin.cli import evaluator
from swapin.cli.exits import Exit, status
from swapin.cli.lines import opened


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``capture``."""
    parser = commands.add_parser(
        "capture",
        help="record swap-in faults of a live machine",
        description="Make a script that records swap-in faults, and turn its output into "
        "observations for `swapin audit`.",
    )
    doings = parser.add_subparsers(dest="doing", metavar="DOING", required=True)
    script = doings.add_parser("script", help="print the script, for root to run")
    script.add_argument(
        "--kernel",
        default="auto",
        metavar="RELEASE",
        help="the release that it runs on (6.12); auto: this machine's, by its type information",
    )
    script.add_argument("--arch", choices=("x86_64", "arm64"), default="x86_64")
    script.add_argument("--seconds", type=int, default=60, help="ends after this time")
    script.add_argument("--megabytes", type=int, default=16, help="ends after this much output")
    script.set_defaults(run=run_script)
    parse = doings.add_parser("parse", help="turn the script's output into observations")
    parse.add_argument("file", metavar="FILE", help="what the script wrote; - is standard input")
    parse.add_argument("--keep", action="store_true", help="keep process names, ids and addresses")
    evaluator.add_strict(parse)
    parse.set_defaults(run=run_parse)


def run_script(args: argparse.Namespace) -> int:
    """Print the script."""
    from swapin.observe.capture import script

    sys.stdout.write(script(args.kernel, args.arch, seconds=args.seconds, megabytes=args.megabytes))
    return Exit.OK


def run_parse(args: argparse.Namespace) -> int:
    """Print the observations, one JSON object a line."""
    from swapin.observe.capture import parse

    catalog = evaluator.load(args).catalog
    with opened(args.file) as lines:
        for record in parse(lines, catalog, keep=args.keep):
            print(json.dumps(record, ensure_ascii=False))
    return status(degraded=catalog.degraded)
