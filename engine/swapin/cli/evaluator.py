"""Who evaluates: the program of the installed plugins, or a server."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping

from swapin.catalog.selection import Selection, parted, selection
from swapin.cli import connect
from swapin.model import Depth, Fault, FaultError, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Any, Protocol

    from swapin.program import Program

    Description = Mapping[str, Any] | Fault

    class Evaluator(Protocol):
        """Evaluates many faults, in order."""

        def evaluate_many(
            self, faults: Iterable[Description], depth: Depth = ...
        ) -> Iterator[Verdict | FaultError]:
            """A verdict, or why there is none, for each fault."""


class Local:
    """Evaluates in this process."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def __enter__(self) -> Local:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def evaluate_many(
        self, faults: Iterable[Description], depth: Depth = Depth.DECIDING
    ) -> Iterator[Verdict | FaultError]:
        """A verdict, or why there is none, for each fault."""
        for fault in faults:
            try:
                yield self._program.evaluate(fault, depth)
            except FaultError as error:
                yield error


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that choose who evaluates."""
    connect.add_arguments(parser, "ask the server at this address instead of evaluating here")
    add_strict(parser)


def add_strict(parser: argparse.ArgumentParser) -> None:
    """The options that select plugins and refuse a degraded catalog."""
    group = parser.add_argument_group("plugins")
    group.add_argument(
        "--strict",
        action=argparse.BooleanOptionalAction,
        help="refuse to work if a plugin fails to load",
    )
    for name, told in (
        ("allow", "load these plugins or distributions alone, beside swapin's own"),
        ("block", "do not load these plugins or distributions"),
    ):
        group.add_argument(
            f"--plugins-{name}", type=parted, metavar="NAME,…", help=f"{told}; may be empty"
        )
    group.add_argument(
        "--no-cache", action="store_true", help="load them anew, and keep nothing for the next time"
    )


def chosen(args: argparse.Namespace, program: Program) -> AbstractContextManager[Evaluator]:
    """The evaluator that the options chose."""
    if args.server:
        return connect.client(args)
    return Local(program)


def selected(args: argparse.Namespace) -> Selection:
    """The selection that the options make, and where they are silent environment and file."""
    return selection(allow=args.plugins_allow, block=args.plugins_block, strict=args.strict)


def load(args: argparse.Namespace, *, anew: bool = False) -> Program:
    """The program of the selected plugins; says on stderr what was left out.

    :param anew: load the plugins, whatever was kept of them.
    :raises CatalogError: ``--strict``, and a plugin failed.
    :raises LookupError: the selection cannot be followed.
    """
    from swapin.program.kept import installed_program

    program = installed_program(selected(args), keep=not (anew or args.no_cache))
    for failure in program.catalog.failures:
        print(f"swapin: degraded: {failure}", file=sys.stderr)
    return program
