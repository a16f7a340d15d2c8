"""``swapin eval``: verdicts for described faults."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping

from swapin.cli import evaluator, faults, formats, tables
from swapin.cli.described import description_of
from swapin.cli.exits import status
from swapin.cli.help import AsWritten, number
from swapin.model import Depth, FaultError, Kernel, Problem, Reason

_MOST_JOBS = 1024

_EXAMPLE = """\
examples:
  swapin eval fault.json
  producer | swapin eval - --json
  swapin eval faults.parquet --kernel 6.1 --keep id --out verdicts.parquet
  swapin eval --kernel 6.1 --arch x86_64 --backend null_blk \\
      --fact swap_device.stable_writes=true --fact pte.swp_exclusive=true \\
      --fact folio.fresh=false --fact folio.writeback=true --explain flip
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``eval``."""
    parser = commands.add_parser(
        "eval",
        help="evaluate faults given as JSON, JSON lines or flags",
        description="Evaluate swap-in faults. A fact that is left out is unknown, never false.",
        epilog=_EXAMPLE,
        formatter_class=AsWritten,
    )
    parser.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="JSON or JSON lines; - is standard input; or a table: Parquet, Arrow, a folder",
    )
    parser.add_argument("--kernel", metavar="K", help="release or variant: 6.1, v2-posted")
    parser.add_argument("--arch", metavar="A", help="architecture: x86_64")
    parser.add_argument(
        "--backend", metavar="B", help="swap backend, or a stack, top first: zram, dm-crypt/nvme"
    )
    parser.add_argument("--pte", metavar="RAW", help="raw swap PTE, hexadecimal")
    parser.add_argument(
        "--fact",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a fact: folio.writeback=true, swap_count=2, kernel.swapcache_bypass=false",
    )
    parser.add_argument(
        "--explain",
        choices=[depth.value for depth in Depth],
        default=Depth.DECIDING.value,
        help="how much to explain (default: %(default)s)",
    )
    formats.add_json(parser, "one JSON object a line", "result", "table")
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="write JSON lines to this file, a new one; of a table: a table",
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the --out FILE of an interrupted run"
    )
    parser.add_argument(
        "--jobs",
        type=number(1, _MOST_JOBS),
        default=1,
        metavar="N",
        help="worker processes, for large inputs; the same answers in the same order (default: 1)",
    )
    tables.add_arguments(parser)
    evaluator.add_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate, print, and tell by the exit status whether all went well."""
    if args.file and tables.is_table(args.file):
        return tables.run(args)
    tables.refuse(args)
    if args.resume and not args.out:
        raise _usage("--resume", "goes on with the file that --out names")
    if args.jobs > 1 and args.server:
        raise _usage("--jobs", "a server has its own workers; give --jobs or --server, not both")
    program = evaluator.load(args)
    units = _units(args, program.catalog.kernels)
    if args.out or args.jobs > 1 or (args.file and sys.stderr.isatty()):
        from swapin.cli import pipeline

        bad = pipeline.run(args, program, units)
    else:
        from swapin.cli.verdicts import evaluated, write

        results = evaluated(args, program, units, as_json=args.json)
        bad = write(results, sys.stdout, sys.stdout if args.json else sys.stderr)
    return status(bad_input=bad, degraded=program.catalog.degraded)


def _usage(field: str, message: str) -> FaultError:
    return FaultError([Problem(field, Reason.MALFORMED, message)])


def _units(args: argparse.Namespace, kernels: Mapping[str, Kernel]) -> Iterator[faults.Unit]:
    described = args.kernel or args.arch or args.backend or args.pte or args.fact
    if args.file and described:
        raise _usage("FILE", "give a file or flags, not both")
    if args.file:
        return faults.of_file(args.file)
    if described:
        import json

        return iter([(0, json.dumps(description_of(args, kernels)))])
    problem = Problem(
        "", Reason.MISSING, "give a FILE, - for standard input, or --kernel and facts"
    )
    raise FaultError([problem])
