"""``swapin eval``: verdicts for described faults."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, closing, nullcontext

from swapin.cli import evaluator, faults, tables
from swapin.cli.described import description_of
from swapin.cli.exits import status
from swapin.cli.help import AsWritten
from swapin.cli.progress import progress
from swapin.cli.text import Shown, shown
from swapin.model import Depth, FaultError, Kernel, Problem, Reason, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any, TextIO

    from swapin.program import Program

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
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--out",
        type=_path,
        metavar="FILE",
        help="write JSON lines to this file, a new one; of a table: a table",
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the --out FILE of an interrupted run"
    )
    parser.add_argument(
        "--jobs",
        type=_count,
        default=1,
        metavar="N",
        help="worker processes, for large inputs; the same answers in the same order (default: 1)",
    )
    tables.add_arguments(parser)
    evaluator.add_arguments(parser)
    parser.set_defaults(run=run)


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_JOBS:
        raise argparse.ArgumentTypeError(f"`{text}` is not a number from 1 to {_MOST_JOBS}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Evaluate, print, and tell by the exit status whether all went well."""
    if args.file and tables.is_table(args.file):
        return tables.run(args)
    tables.refuse(args)
    if args.resume and not args.out:
        raise _usage("--resume", "goes on with the file that --out names")
    if args.jobs > 1 and args.server:
        raise _usage("--jobs", "a server has its own workers; give --jobs or --server, not both")
    if args.out:
        from swapin.cli.resume import kept, opened, rest

    program = evaluator.load(args)
    units = _units(args, program.catalog.kernels)
    known = None
    if args.resume:
        known = kept(args.out, program.catalog.fingerprint)
        units = faults.after(units, max(known.results - 1, 0))
    with ExitStack() as stack:
        results = stack.enter_context(closing(_results(args, program, units)))
        if args.out:
            # Looked at before the file is touched.
            results = _begun(rest(results, known, args.out) if known else results)
            stream = stack.enter_context(opened(args.out, known))
        else:
            stream = sys.stdout
        told = stack.enter_context(_progress(args, stream))
        bad = _write(results, stream, stream if _as_json(args) else sys.stderr, told)
    if known:
        bad |= known.bad
    return status(bad_input=bad, degraded=program.catalog.degraded)


def _results(
    args: argparse.Namespace, program: Program, units: Iterator[faults.Unit]
) -> Generator[list[Shown]]:
    """What is to be shown, in order and as it comes."""
    depth, as_json = Depth(args.explain), _as_json(args)
    if args.jobs > 1:
        from swapin.cli import jobs

        yield from jobs.evaluated(units, program, depth, as_json, args.jobs)
        return
    inputs = (described for unit in units for described in faults.described(unit))
    with evaluator.chosen(args, program) as asked:
        for line, verdict in _verdicts(inputs, asked, depth):
            yield [shown(line, verdict, as_json, depth)]


def _as_json(args: argparse.Namespace) -> bool:
    return args.json or bool(args.out)


def _begun(results: Iterator[list[Shown]]) -> Generator[list[Shown]]:
    """The same results, the first ones already there."""
    first = next(results, [])
    return (chunk for chunks in ((first,), results) for chunk in chunks)


def _write(
    results: Iterator[list[Shown]],
    stream: TextIO,
    errors: TextIO,
    told: Callable[[int], None] | None,
) -> bool:
    """Write the results as they come; says whether an error was among them."""
    bad = False
    for chunk in results:
        for one in chunk:
            bad |= one.bad
            print(one.text, file=errors if one.bad else stream)
        stream.flush()
        if told and chunk:
            told(chunk[-1].line)
    return bad


def _progress(
    args: argparse.Namespace, stream: TextIO
) -> AbstractContextManager[Callable[[int], None] | None]:
    """A bar that counts lines, unless the answers go to the terminal themselves."""
    if stream.isatty() or not args.file or not sys.stderr.isatty():
        return nullcontext()
    total = None
    if args.file != "-" and os.path.isfile(args.file):
        with open(args.file, "rb") as lines:
            total = sum(1 for _ in lines)
    return progress(total, "line")


def _verdicts(
    inputs: Iterator[faults.Described], asked: evaluator.Evaluator, depth: Depth
) -> Iterator[tuple[int, Verdict | FaultError]]:
    """Line number and verdict of every input, in order, as they come."""
    waiting: list[faults.Described] = []

    def good() -> Iterator[dict[str, Any]]:
        for line, description in inputs:
            waiting.append((line, description))
            if not isinstance(description, FaultError):
                yield description

    # A server's answers lag behind the questions, so lines wait for their answers.
    for verdict in asked.evaluate_many(good(), depth):
        while isinstance(waiting[0][1], FaultError):
            line, error = waiting.pop(0)
            assert isinstance(error, FaultError)
            yield line, error
        yield waiting.pop(0)[0], verdict
    for line, left in waiting:
        assert isinstance(left, FaultError)
        yield line, left


def _usage(field: str, message: str) -> FaultError:
    return FaultError([Problem(field, Reason.MALFORMED, message)])


def _units(args: argparse.Namespace, kernels: Mapping[str, Kernel]) -> Iterator[faults.Unit]:
    described = args.kernel or args.arch or args.backend or args.pte or args.fact
    if args.file and described:
        raise _usage("FILE", "give a file or flags, not both")
    if args.file:
        return faults.of_file(args.file)
    if described:
        return iter([(0, json.dumps(description_of(args, kernels)))])
    problem = Problem(
        "", Reason.MISSING, "give a FILE, - for standard input, or --kernel and facts"
    )
    raise FaultError([problem])
