"""``swapin mcp``: the library as tools for agents."""

from __future__ import annotations

import argparse
import sys
from contextlib import redirect_stdout

from swapin.cli import evaluator
from swapin.cli.exits import Exit


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``mcp``."""
    parser = commands.add_parser(
        "mcp",
        help="answer agents over the Model Context Protocol, on standard input and output",
        description="Serve the tools evaluate, diff, reach and explain to one client, over the "
        "Model Context Protocol on standard input and output, until input ends (docs/mcp.md).",
    )
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until standard input ends.

    :returns: 0 then; 2 if the extra ``mcp`` is missing.
    """
    try:
        import anyio

        from swapin.mcp.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("anyio", "mcp"):
            raise
        print("swapin: `swapin mcp` asks for `pip install swapin[mcp]`", file=sys.stderr)
        return Exit.USAGE
    # A plugin that prints while it is loaded must not break the protocol.
    with redirect_stdout(sys.stderr):
        program = evaluator.load(args)
    anyio.run(serve, program)
    return Exit.OK
