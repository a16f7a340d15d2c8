"""The command: one module for each subcommand."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from swapin.cli import (
    audit,
    capture,
    check,
    diff,
    entries,
    evaluate,
    explain_diff,
    explore,
    lab,
    litmus,
    mcp,
    prove,
    pte,
    reach,
    recipe,
    replay,
    schema,
    serve,
    source_check,
    sql,
)
from swapin.cli.exits import Exit

_COMMANDS = (
    evaluate,
    check,
    diff,
    explain_diff,
    explore,
    reach,
    prove,
    recipe,
    audit,
    capture,
    lab,
    litmus,
    pte,
    serve,
    mcp,
    replay,
    entries,
    source_check,
    sql,
    schema,
)


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    from swapin import __version__

    top = argparse.ArgumentParser(
        prog="swapin",
        description="Evaluate Linux swap-in faults: may the page be mapped exclusive?",
        epilog="Exit status: 0 nothing found, 1 findings, 2 usage or bad input, "
        "3 degraded catalog, 4 internal error.",
    )
    top.add_argument("--version", action="version", version=f"swapin {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_parser(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit status."""
    from swapin.model import CatalogError, FaultError
    from swapin.service.service_error import ServiceError

    args = parser().parse_args(arguments)
    try:
        status: int = args.run(args)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # The reader has what it wanted (`swapin … | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except CatalogError as error:
        print(f"swapin: {error}", file=sys.stderr)
        return Exit.DEGRADED
    except ServiceError as error:
        print(f"swapin: {error}", file=sys.stderr)
        return Exit.INTERNAL if error.code == "INTERNAL" else Exit.USAGE
    except (FaultError, OSError, LookupError) as error:
        if isinstance(error, KeyError | IndexError):
            raise
        print(f"swapin: {error}", file=sys.stderr)
        return Exit.USAGE
    except KeyboardInterrupt:
        return Exit.USAGE
    except Exception as error:
        if os.environ.get("SWAPIN_TRACEBACK"):
            raise
        print(
            f"swapin: internal error: {type(error).__name__}: {error} "
            "(SWAPIN_TRACEBACK=1 shows where)",
            file=sys.stderr,
        )
        return Exit.INTERNAL
