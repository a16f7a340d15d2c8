"""The command: one module for each subcommand."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Iterable, Sequence

from swapin.cli.exits import Exit
from swapin.cli.help import Formatter

_MODULES = {
    "eval": "evaluate",
    "check": "check",
    "diff": "diff",
    "explain-diff": "explain_diff",
    "explore": "explore",
    "reach": "reach",
    "prove": "prove",
    "recipe": "recipe",
    "audit": "audit",
    "capture": "capture",
    "lab": "lab",
    "litmus": "litmus",
    "pte": "pte",
    "serve": "serve",
    "mcp": "mcp",
    "replay": "replay",
    **dict.fromkeys(
        (
            "kernels",
            "architectures",
            "backends",
            "rules",
            "facts",
            "constraints",
            "invariants",
            "transitions",
            "plugins",
        ),
        "entries",
    ),
    "source-check": "source_check",
    "sql": "sql",
    "schema": "schema",
}
"""The module of each command, in the order of the help."""


def parser(command: str = "") -> argparse.ArgumentParser:
    """The parser of the whole command line.

    :param command: the first argument, if that is known: modules of commands that it does not
        ask for are not imported.
    """
    from swapin import __version__

    top = argparse.ArgumentParser(
        prog="swapin",
        description="Evaluate Linux swap-in faults: may the page be mapped exclusive?",
        epilog="Exit status: 0 nothing found, 1 findings, 2 usage or bad input, "
        "3 degraded catalog, 4 internal error.",
        formatter_class=Formatter,
    )
    top.add_argument("--version", action="version", version=f"swapin {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, prog="swapin")
    modules: Iterable[str] = dict.fromkeys(_MODULES.values())
    if command == "--version":
        modules = []
    elif command in _MODULES:
        modules = [_MODULES[command]]
    for name in modules:
        full = f"swapin.cli.{name}"
        __import__(full)
        sys.modules[full].add_parser(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit status."""
    _open_closed()
    given = sys.argv[1:] if arguments is None else list(arguments)
    args = parser(given[0] if given else "").parse_args(given)
    try:
        status: int = args.run(args)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # The reader has what it wanted (`swapin … | head`).
        _write_no_more()
        return Exit.OK
    except KeyboardInterrupt:
        return Exit.USAGE
    except Exception as error:
        return _failed(error)


def _open_closed() -> None:
    """Give a standard stream that was closed (``<&-``) a file that cannot be read or written.

    Python has ``None`` there, and the next file that is opened takes its number.
    """
    for name, mode, flags in (
        ("stdin", "r", os.O_WRONLY),
        ("stdout", "w", os.O_RDONLY),
        # Where nobody hears it, nothing is to be said.
        ("stderr", "w", os.O_WRONLY),
    ):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8"))


def _write_no_more() -> None:
    """Let what is left for standard output go nowhere, so that Python's end does not fail on it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _failed(error: Exception) -> Exit:
    """Say what went wrong, and the exit status of it."""
    from swapin.model import CatalogError, FaultError
    from swapin.service.service_error import ServiceError

    expected = isinstance(error, FaultError | OSError | LookupError)
    if isinstance(error, CatalogError):
        status = Exit.DEGRADED
    elif isinstance(error, ServiceError):
        status = Exit.INTERNAL if error.code == "INTERNAL" else Exit.USAGE
    elif expected and not isinstance(error, KeyError | IndexError):
        status = Exit.USAGE
    elif os.environ.get("SWAPIN_TRACEBACK"):
        raise error
    else:
        print(
            f"swapin: internal error: {type(error).__name__}: {error} "
            "(SWAPIN_TRACEBACK=1 shows where)",
            file=sys.stderr,
        )
        return Exit.INTERNAL
    if isinstance(error, OSError) and error.errno == errno.EBADF:
        _write_no_more()
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        error = OSError(f"`{error.filename}`: {error.strerror}")
    print(f"swapin: {error}", file=sys.stderr)
    return status
