"""``swapin capture``: swap-in faults of a live machine."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from swapin.cli import evaluator, formats
from swapin.cli.exits import Exit, status
from swapin.cli.help import number
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
    script.add_argument(
        "--arch",
        choices=("x86_64", "arm64"),
        default="x86_64",
        help="of the machine that it runs on (default: %(default)s)",
    )
    for option, default, ends in (("--seconds", 60, "time"), ("--megabytes", 16, "much output")):
        script.add_argument(
            option,
            type=number(1, 1_000_000),
            default=default,
            metavar="N",
            help=f"ends after this {ends} (default: %(default)s)",
        )
    script.set_defaults(run=run_script)
    parse = doings.add_parser("parse", help="turn the script's output into observations")
    parse.add_argument("file", metavar="FILE", help="what the script wrote; - is standard input")
    parse.add_argument("--keep", action="store_true", help="keep process names, ids and addresses")
    evaluator.add_strict(parse)
    formats.prints(parse, "observation")
    parse.set_defaults(run=run_parse)
    _add_drgn(doings)


def _add_drgn(doings: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = doings.add_parser(
        "drgn",
        help="describe the fault on a swapped-out page of a live kernel or a vmcore",
        description="Describe the fault that an access to a swapped-out page would take, for "
        "`swapin eval`; read from the running kernel (as root) or from a vmcore.",
    )
    parser.add_argument("--pid", type=int, required=True, help="the process")
    parser.add_argument(
        "--address",
        type=lambda text: int(text, 0),
        action="append",
        required=True,
        metavar="ADDRESS",
        help="an address of its memory, 0x… or decimal; may be repeated",
    )
    parser.add_argument("--core", type=Path, metavar="FILE", help="a vmcore (default: live)")
    parser.add_argument(
        "--symbols",
        type=Path,
        action="append",
        default=[],
        metavar="VMLINUX",
        help="its debugging symbols (default: where the distribution puts them)",
    )
    parser.add_argument(
        "--write",
        action=argparse.BooleanOptionalAction,
        help="the access writes, or does not (default: left open)",
    )
    evaluator.add_strict(parser)
    formats.prints(parser, "fault")
    parser.set_defaults(run=run_drgn)


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
            # At once: a capture may be a stream.
            print(json.dumps(record, ensure_ascii=False), flush=True)
    return status(degraded=catalog.degraded)


def run_drgn(args: argparse.Namespace) -> int:
    """Print the descriptions, one JSON object a line; what else was seen goes to stderr."""
    try:
        from swapin.observe.drgn import DrgnError, fault_of, opened, task_of
    except ModuleNotFoundError as error:
        if error.name != "drgn":
            raise
        print("swapin: `swapin capture drgn` asks for `pip install swapin[drgn]`", file=sys.stderr)
        return Exit.USAGE
    catalog = evaluator.load(args).catalog
    task = task_of(opened(args.core, args.symbols), args.pid)
    bad = False
    for address in args.address:
        try:
            seen = fault_of(task, address, write=args.write, catalog=catalog)
        except DrgnError as error:
            print(f"swapin: {error}", file=sys.stderr)
            bad = True
            continue
        print(json.dumps(seen.fault), flush=True)
        print(f"{address:#x}: {'; '.join(seen.remarks)}", file=sys.stderr)
    return status(bad_input=bad, degraded=catalog.degraded)
