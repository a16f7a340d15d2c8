"""``swapin recipe``: a script that drives a fault on a test device, for a person to run."""

from __future__ import annotations

import argparse

from swapin.cli import evaluator, sides
from swapin.cli.exits import status


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``recipe``."""
    parser = commands.add_parser(
        "recipe",
        help="print a script that brings about a state on a test device",
        description="Print a shell script that makes a test device, drives a fault into the "
        "state that is asked for, says what to look at and what the model expects, and undoes "
        "what it did. swapin does not run it. Devices: null_blk, loop, dm-delay, scsi-dix, brd, "
        "zram.",
        epilog="example: swapin recipe writeback.stable-writes --kernel 6.12 --backend null_blk "
        "> recipe.sh; sh recipe.sh --dry-run",
    )
    parser.add_argument("query", metavar="RULE|OUTCOME=VALUE|EXPRESSION", help=sides.QUERY)
    parser.add_argument("--kernel", required=True, metavar="K", help="the kernel it will run on")
    parser.add_argument("--backend", default="null_blk", metavar="B", help="default: %(default)s")
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    from swapin.recipe import plan, script

    program = evaluator.load(args)
    print(script(plan(program, args.query, args.kernel, args.backend)), end="")
    return status(degraded=program.catalog.degraded)
