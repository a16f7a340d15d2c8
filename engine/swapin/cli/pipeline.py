"""``swapin eval`` of many lines: workers, a file that can be gone on with, a bar."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from swapin.cli import faults
from swapin.cli.progress import progress
from swapin.cli.resume import kept, opened, rest
from swapin.cli.text import Shown
from swapin.cli.verdicts import evaluated, write
from swapin.model import Depth

if TYPE_CHECKING:
    from swapin.program import Program


def run(args: argparse.Namespace, program: Program, units: Iterator[faults.Unit]) -> bool:
    """Evaluate the units as the options say; says whether an error was among the results."""
    out = Path(args.out) if args.out else None
    as_json = args.json or out is not None
    known = None
    if args.resume:
        assert out is not None
        known = kept(out, program.catalog.fingerprint)
        units = faults.after(units, max(known.results - 1, 0))
    with ExitStack() as stack:
        results = stack.enter_context(closing(_results(args, program, units, as_json=as_json)))
        if out is not None:
            # Looked at before the file is touched.
            results = _begun(rest(results, known, out) if known else results)
            stream = stack.enter_context(opened(out, known))
        else:
            stream = sys.stdout
        told = stack.enter_context(_progress(args, stream))
        bad = write(results, stream, stream if as_json else sys.stderr, told)
    return bad or (known is not None and known.bad)


def _results(
    args: argparse.Namespace, program: Program, units: Iterator[faults.Unit], *, as_json: bool
) -> Generator[list[Shown]]:
    if args.jobs > 1:
        from swapin.cli import jobs

        yield from jobs.evaluated(units, program, Depth(args.explain), as_json, args.jobs)
    else:
        yield from evaluated(args, program, units, as_json=as_json)


def _begun(results: Iterator[list[Shown]]) -> Generator[list[Shown]]:
    """The same results, the first ones already there."""
    first = next(results, [])
    return (chunk for chunks in ((first,), results) for chunk in chunks)


def _progress(
    args: argparse.Namespace, stream: TextIO
) -> AbstractContextManager[Callable[[int], None] | None]:
    """A bar that counts lines, unless the answers go to the terminal themselves."""
    if stream.isatty() or not args.file or not sys.stderr.isatty():
        return nullcontext()
    total = None
    if args.file != "-" and Path(args.file).is_file():
        with open(args.file, "rb") as lines:
            total = sum(1 for _ in lines)
    return progress(total, "line")
