"""``swapin eval``: verdicts for described faults."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from swapin.cli import evaluator, text
from swapin.cli.exits import status
from swapin.cli.lines import opened, parsed, value_of
from swapin.model import Depth, FaultError, Kernel, Problem, Reason, Verdict

_EXAMPLE = """\
examples:
  swapin eval fault.json
  producer | swapin eval - --json
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
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="JSON or JSON lines; - is standard input"
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
    evaluator.add_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate, print, and tell by the exit status whether all went well."""
    program = evaluator.load(args)
    depth = Depth(args.explain)
    inputs = _inputs(args, program.catalog.kernels)
    bad = False
    with evaluator.chosen(args, program) as asked:
        for line, verdict in _verdicts(inputs, asked, depth):
            bad |= isinstance(verdict, FaultError)
            _show(line, verdict, args.json, depth)
    return status(bad_input=bad, degraded=program.catalog.degraded)


_Input = tuple[int, dict[str, Any] | FaultError]


def _verdicts(
    inputs: Iterator[_Input], asked: evaluator.Evaluator, depth: Depth
) -> Iterator[tuple[int, Verdict | FaultError]]:
    """Line number and verdict of every input, in order, as they come."""
    waiting: list[_Input] = []

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


def _show(line: int, verdict: Verdict | FaultError, as_json: bool, depth: Depth) -> None:
    if isinstance(verdict, FaultError):
        if as_json:
            print(json.dumps(text.error_object(line, verdict), ensure_ascii=False), flush=True)
        else:
            where = f"line {line}: " if line else ""
            for problem in verdict.problems:
                print(f"swapin: {where}{problem}", file=sys.stderr)
    elif as_json:
        print(verdict.to_json(), flush=True)
    else:
        print(text.verdict_text(verdict, depth), flush=True)


def _inputs(args: argparse.Namespace, kernels: Mapping[str, Kernel]) -> Iterator[_Input]:
    described = args.kernel or args.arch or args.backend or args.pte or args.fact
    if args.file and described:
        problem = Problem("FILE", Reason.MALFORMED, "give a file or flags, not both")
        raise FaultError([problem])
    if args.file:
        return _of_file(args.file)
    if described:
        return iter([(0, _of_flags(args, kernels))])
    problem = Problem(
        "", Reason.MISSING, "give a FILE, - for standard input, or --kernel and facts"
    )
    raise FaultError([problem])


def _of_flags(args: argparse.Namespace, kernels: Mapping[str, Kernel]) -> dict[str, Any]:
    description: dict[str, Any] = {}

    def put(name: str, value: Any) -> None:
        place = description
        *objects, field = name.split(".")
        for part in objects:
            place = place.setdefault(part, {})
        place[field] = value

    if args.kernel:
        known = kernels.get(args.kernel)
        put("kernel.release", known.release if known else args.kernel)
        if known and known.variant:
            put("kernel.variant", known.variant)
    stack = args.backend.split("/") if args.backend and "/" in args.backend else []
    for name, value in (
        ("architecture", args.arch),
        ("swap_device.backend", "" if stack else args.backend),
        ("swap_device.stack", stack),
        ("pte.raw", args.pte),
    ):
        if value:
            put(name, value)
    for given in args.fact:
        name, equals, value = given.partition("=")
        if not equals:
            problem = Problem(name, Reason.MALFORMED, f"`{given}` is not NAME=VALUE")
            raise FaultError([problem])
        put(name.strip(), value_of(value.strip()))
    return description


def _of_file(name: str) -> Iterator[_Input]:
    with opened(name) as lines:
        yield from _of_lines(lines)


def _of_lines(lines: Iterable[str]) -> Iterator[_Input]:
    """JSON lines as they come; or one JSON value over several lines."""
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    first = next(numbered, None)
    if first is None:
        return
    number, line = first
    if _is_json(line):
        yield from _described(number, line)
        for number, line in numbered:
            yield from _described(number, line)
        return
    rest = list(numbered)
    whole = "".join([line, *(line for _, line in rest)])
    if _is_json(whole):
        yield from _described(number, whole)
        return
    for number, line in [first, *rest]:
        yield from _described(number, line)


def _is_json(written: str) -> bool:
    try:
        parsed(written)
    except ValueError:
        return False
    return True


def _described(number: int, written: str) -> Iterator[_Input]:
    """The description of a line, or of each member of an array."""
    try:
        given = parsed(written)
    except ValueError as error:
        yield number, _malformed(f"not JSON: {error}")
        return
    for description in given if isinstance(given, list) else [given]:
        if isinstance(description, dict):
            yield number, description
        else:
            yield number, _malformed("a fault description is a JSON object")


def _malformed(message: str) -> FaultError:
    return FaultError([Problem("", Reason.MALFORMED, message)])
