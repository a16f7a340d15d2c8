"""``swapin pte decode`` and ``swapin pte encode``: raw swap PTEs of every architecture."""

from __future__ import annotations

import argparse
import json
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from swapin.cli import connect, evaluator, formats, text
from swapin.cli.exits import status
from swapin.cli.lines import opened
from swapin.model import FaultError, Problem, Reason, SwapPte
from swapin.model.swap_pte import FLAGS
from swapin.program.json_text import parsed

_DECODE_EXAMPLE = """\
examples:
  swapin pte decode 0x7fffffffffbfe0a --arch x86_64 --kernel 6.1
  producer | swapin pte decode - --arch arm64 --kernel 6.12 --json
"""
_ENCODE_EXAMPLE = """\
examples:
  swapin pte encode --arch riscv64 --kernel 6.12 --type 3 --offset 0x12345 --exclusive
  swapin pte decode - --arch x86_64 --kernel 6.1 --json <ptes | swapin pte encode -
"""

_Answers = Iterator[SwapPte | FaultError]


class Codec(Protocol):
    """Decodes and encodes many PTEs, in order."""

    def decode_ptes(self, values: Iterable[str], architecture: str, kernel: str) -> _Answers:
        """A PTE, or why there is none, for each value."""

    def encode_ptes(self, descriptions: Iterable[Mapping[str, Any] | FaultError]) -> _Answers:
        """A PTE, or why there is none, for each description."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``pte``."""
    parser = commands.add_parser("pte", help="decode or encode raw swap PTEs")
    actions = parser.add_subparsers(dest="action", metavar="decode|encode", required=True)
    decode = actions.add_parser(
        "decode",
        help="take raw swap PTEs apart",
        epilog=_DECODE_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    decode.add_argument(
        "values",
        nargs="+",
        metavar="VALUE",
        help="pte_val(), hexadecimal (0x…) or decimal; - reads one a line from standard input",
    )
    encode = actions.add_parser(
        "encode",
        help="put swap PTEs together",
        epilog=_ENCODE_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    encode.add_argument(
        "file",
        nargs="?",
        choices=["-"],
        metavar="-",
        help="read JSON lines of the decoded form from standard input; --arch and --kernel "
        "stand in where a line does not name its own",
    )
    encode.add_argument("--type", metavar="N", help="swp_type()")
    encode.add_argument("--entry", metavar="KIND", help="in place of the type: migration_read")
    encode.add_argument("--offset", metavar="N", help="swp_offset()")
    for name in FLAGS:
        encode.add_argument(
            f"--{name.replace('_', '-')}", action="store_true", help=f"set the {name} bit"
        )
    for action, run, required in ((decode, _decode, True), (encode, _encode, False)):
        action.add_argument(
            "--arch", metavar="A", required=required, help="architecture: x86_64, s390x"
        )
        action.add_argument(
            "--kernel", metavar="K", required=required, help="release or variant: 6.1, v2-posted"
        )
        formats.add_json(action, "one JSON object a line", "pte")
        evaluator.add_arguments(action)
        action.set_defaults(run=run)


def _decode(args: argparse.Namespace) -> int:
    stream = args.values == ["-"]
    lines: deque[int] = deque()

    def values() -> Iterator[str]:
        for number, line in _lines() if stream else ((0, value) for value in args.values):
            lines.append(number)
            yield line

    with _chosen(args) as (codec, degraded):
        answers = codec.decode_ptes(values(), args.arch, args.kernel)
        return _show(answers, lines, args.json, degraded)


def _encode(args: argparse.Namespace) -> int:
    flags = {name: True for name in FLAGS if getattr(args, name)}
    fields = {name: getattr(args, name) for name in ("type", "entry", "offset")}
    given = {name: value for name, value in fields.items() if value is not None} | flags
    if args.file and given:
        message = "give PTEs on standard input or by flags, not both"
        raise FaultError([Problem(next(iter(given)), Reason.MALFORMED, message)])
    machine = {"architecture": args.arch, "kernel": args.kernel}
    lines: deque[int] = deque()

    def descriptions() -> Iterator[Mapping[str, Any] | FaultError]:
        if not args.file:
            lines.append(0)
            yield machine | given
            return
        for number, line in _lines():
            lines.append(number)
            yield _described(line, machine)

    with _chosen(args) as (codec, degraded):
        return _show(codec.encode_ptes(descriptions()), lines, args.json, degraded)


def _chosen(args: argparse.Namespace) -> AbstractContextManager[tuple[Codec, bool]]:
    """Who decodes and encodes, and whether a plugin of ours is missing."""
    if args.server:
        from contextlib import contextmanager

        @contextmanager
        def asked() -> Iterator[tuple[Codec, bool]]:
            with connect.client(args) as client:
                yield client, False

        return asked()
    from swapin.program.ptes import PteCodec

    catalog = evaluator.load(args).catalog
    return nullcontext((PteCodec(catalog), catalog.degraded))


def _lines() -> Iterator[tuple[int, str]]:
    """Lines of standard input that are not blank, with their numbers."""
    with opened("-") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield number, line.strip()


def _described(line: str, machine: Mapping[str, str | None]) -> Mapping[str, Any] | FaultError:
    try:
        given = parsed(line)
    except ValueError as error:
        return FaultError([Problem("", Reason.MALFORMED, f"not JSON: {error}")])
    if not isinstance(given, dict):
        message = "a swap PTE is described by a JSON object"
        return FaultError([Problem("", Reason.MALFORMED, message)])
    return {**machine, **{name: value for name, value in given.items() if value is not None}}


def _show(answers: _Answers, lines: deque[int], as_json: bool, degraded: bool) -> int:
    """Print a line an answer, in order, and give the exit status."""
    bad = False
    for answer in answers:
        number = lines.popleft()
        if not isinstance(answer, FaultError):
            print(answer.to_json() if as_json else answer, flush=True)
            continue
        bad = True
        if as_json:
            print(json.dumps(text.error_object(number, answer), ensure_ascii=False), flush=True)
        elif number:
            print(f"error: line {number}: {answer}", flush=True)
        else:
            print(f"swapin: {answer}", file=sys.stderr)
    return status(bad_input=bad, degraded=degraded)
