"""``swapin serve``: answer over gRPC."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from swapin.cli import evaluator
from swapin.cli.exits import Exit

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from structlog.typing import FilteringBoundLogger


def add_parser(subparsers: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "serve",
        help="answer over gRPC (swapin.v1)",
        description="Answer over gRPC until SIGTERM or SIGINT, then finish accepted calls.",
    )
    parser.add_argument(
        "--listen",
        default="127.0.0.1:50051",
        metavar="ADDRESS",
        help="host:port; port 0 lets the system choose (default: %(default)s)",
    )
    parser.add_argument(
        "--max-concurrent",
        type=_positive,
        default=256,
        metavar="N",
        help="calls in flight, streams included (default: %(default)s)",
    )
    parser.add_argument(
        "--max-message-bytes",
        type=_positive,
        default=4 * 1024 * 1024,
        metavar="N",
        help="largest request message (default: %(default)s)",
    )
    parser.add_argument(
        "--max-batch",
        type=_positive,
        default=10_000,
        metavar="N",
        help="faults that one message may hold (default: %(default)s)",
    )
    parser.add_argument(
        "--drain-seconds",
        type=_seconds,
        default=10.0,
        metavar="S",
        help="how long accepted calls may take to finish at the end (default: %(default)s)",
    )
    parser.add_argument(
        "--port-file", type=Path, metavar="PATH", help="write the address there when ready"
    )
    evaluator.add_strict(parser)
    parser.add_argument(
        "--insecure",
        action="store_true",
        help="listen in the clear on an address that other machines can reach",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve.

    :returns: 0 after draining; 2 if the address is malformed, taken or not allowed; 3 if
        ``--strict`` and a plugin failed.
    """
    # grpc's C core writes lines of its own to stderr, which is a log of JSON lines here.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    import asyncio
    import logging

    from swapin.catalog import discover
    from swapin.model import CatalogError
    from swapin.program import load_program
    from swapin.service.address import ListenError
    from swapin.service.logs import ForwardedLogs, make_log
    from swapin.service.server import ServerOptions, serve

    log = make_log(sys.stderr)
    logging.getLogger().addHandler(ForwardedLogs(log))
    try:
        selected = evaluator.selected(args)
        program = load_program(selected.strict, selected.chosen(discover()))
    except CatalogError as error:
        log.error("plugin_refused", failure=str(error))
        return Exit.DEGRADED
    for failure in program.catalog.failures:
        log.warning("plugin_left_out", failure=failure)
    options = ServerOptions(
        listen=args.listen,
        max_message_bytes=args.max_message_bytes,
        max_batch=args.max_batch,
        max_concurrent=args.max_concurrent,
        drain_seconds=args.drain_seconds,
        insecure=args.insecure,
    )
    try:
        asyncio.run(serve(program, options, _announcer(args.port_file, log), log))
    except ListenError as error:
        log.error("cannot_listen", reason=str(error))
        return Exit.USAGE
    return Exit.OK


def _announcer(port_file: Path | None, log: FilteringBoundLogger) -> Callable[[str], None]:
    def announce(address: str) -> None:
        if port_file is not None:
            # Whoever waits for the file must never read half of an address.
            unfinished = port_file.with_name(f"{port_file.name}.unfinished")
            unfinished.write_text(f"{address}\n")
            unfinished.replace(port_file)
        log.info("listening", address=address)

    return announce


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"`{text}` is not at least 1")
    return number


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"`{text}` is not a number of seconds")
    return seconds
