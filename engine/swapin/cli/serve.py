"""``swapin serve``: answer over gRPC."""

from __future__ import annotations

import argparse
import functools
import importlib
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

    from swapin.program import Program
    from swapin.service.notify import Notice, Notifier
    from swapin.service.workers import Order


def add_parser(subparsers: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "serve",
        help="answer over gRPC (swapin.v1)",
        description="Answer over gRPC until SIGTERM or SIGINT, then finish accepted calls."
        " SIGHUP reads certificates, tokens and the selection of plugins again.",
    )
    parser.add_argument(
        "--listen",
        default="127.0.0.1:50051",
        metavar="ADDRESS",
        help="host:port; port 0 lets the system choose (default: %(default)s)",
    )
    parser.add_argument(
        "--workers",
        type=_positive,
        default=1,
        metavar="N",
        help="processes that share the port; limits are of each (default: %(default)s)",
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
        "--max-connection-age",
        type=_seconds,
        default=600.0,
        metavar="S",
        help="connections are told to go after it; 0 for never (default: %(default)s)",
    )
    parser.add_argument("--tls-cert", type=Path, metavar="PEM", help="the server's certificate")
    parser.add_argument("--tls-key", type=Path, metavar="PEM", help="and its private key")
    parser.add_argument(
        "--tls-client-ca",
        type=Path,
        metavar="PEM",
        help="let only clients connect whose certificate it signed",
    )
    parser.add_argument(
        "--tokens",
        type=Path,
        metavar="TOML",
        help="let only clients call that it names (docs/security.md)",
    )
    parser.add_argument(
        "--decision-log",
        type=Path,
        metavar="FILE",
        help="keep verdicts there, for swapin replay (docs/operations.md)",
    )
    parser.add_argument(
        "--decision-sample",
        type=_share,
        default=1.0,
        metavar="X",
        help="share of verdicts that is kept (default: all)",
    )
    parser.add_argument(
        "--decision-max-bytes",
        type=_positive,
        default=64 * 1024 * 1024,
        metavar="N",
        help="size of one of its two files (default: %(default)s)",
    )
    parser.add_argument(
        "--metrics", default="", metavar="ADDRESS", help="answer Prometheus there, in plain HTTP"
    )
    parser.add_argument(
        "--otel",
        action="store_true",
        help="send traces and metrics by OpenTelemetry, as OTEL_* in the environment says",
    )
    parser.add_argument(
        "--channelz",
        action="store_true",
        help="tell those who may administer of connections and calls (docs/operations.md)",
    )
    parser.add_argument(
        "--port-file", type=Path, metavar="PATH", help="write the address there when ready"
    )
    parser.add_argument(
        "--plugin-load-seconds",
        type=_seconds,
        default=30.0,
        metavar="S",
        help="leave out a plugin that takes longer to load; 0 for no limit (default: %(default)s)",
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

    :returns: 0 after draining; 2 if an address is malformed, taken or not allowed, or if a file
        cannot be used or the extra of an option is missing; 3 if ``--strict`` and a plugin failed.
    """
    # grpc's C core writes lines of its own to stderr, which is a log of JSON lines here.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from swapin.service.address import Address, ListenError
    from swapin.service.logs import make_log
    from swapin.service.notify import Notifier

    log = make_log(sys.stderr)
    if (args.tls_cert is None) != (args.tls_key is None):
        log.error("bad_options", reason="--tls-cert and --tls-key go together")
        return Exit.USAGE
    if args.tls_client_ca and not args.tls_cert:
        log.error("bad_options", reason="--tls-client-ca asks for --tls-cert and --tls-key")
        return Exit.USAGE
    notifier = Notifier.of_environment()
    ready = _announcer(args.port_file, notifier, log)
    # What would be refused when all is loaded, or in every worker, is better refused at once.
    try:
        Address.parse(args.listen).allowed(tls=args.tls_cert is not None, insecure=args.insecure)
        if args.workers == 1:
            return _serve(args, log, notifier.tell, notifier.every, ready)
        from swapin.service.workers import Supervisor

        work = functools.partial(_work, args)
        supervisor = Supervisor(work, args.workers, args.listen, args.metrics, log, notifier)
    except ListenError as error:
        log.error("cannot_listen", reason=str(error))
        return Exit.USAGE
    return supervisor.run(ready)


def _work(args: argparse.Namespace, order: Order, tell: Callable[[Notice], None]) -> int:
    from swapin.service.logs import make_log

    args.listen, args.metrics = order.address, order.metrics
    if args.decision_log:
        # Each turns its own file over.
        file = args.decision_log
        args.decision_log = file.with_name(f"{file.stem}-{order.number}{file.suffix}")
    log = make_log(sys.stderr).bind(worker=order.number)
    return _serve(args, log, tell, order.alive_every)


def _serve(
    args: argparse.Namespace,
    log: FilteringBoundLogger,
    tell: Callable[[Notice], None],
    alive_every: float,
    ready: Callable[[str], None] | None = None,
) -> int:
    import asyncio
    import gc
    import logging

    from swapin.model import CatalogError
    from swapin.service.address import ListenError
    from swapin.service.decisions import DecisionOptions
    from swapin.service.extras import TelemetryError, extra_of
    from swapin.service.logs import ForwardedLogs
    from swapin.service.server import ServerOptions
    from swapin.service.serving import serve
    from swapin.service.tls import TlsError, TlsFiles
    from swapin.service.tokens import TokensError

    logging.getLogger().addHandler(ForwardedLogs(log))
    try:
        program = _loaded(args, log)
    except CatalogError as error:
        log.error("plugin_refused", failure=str(error))
        return Exit.DEGRADED
    options = ServerOptions(
        listen=args.listen,
        max_message_bytes=args.max_message_bytes,
        max_batch=args.max_batch,
        max_concurrent=args.max_concurrent,
        drain_seconds=args.drain_seconds,
        max_connection_age_seconds=args.max_connection_age or float("inf"),
        insecure=args.insecure,
        tls=TlsFiles(args.tls_cert, args.tls_key, args.tls_client_ca) if args.tls_cert else None,
        tokens=args.tokens,
        reuse_port=args.workers > 1,
        metrics=args.metrics,
        otel=args.otel,
        channelz=args.channelz,
        decisions=DecisionOptions(
            file=args.decision_log,
            sample=args.decision_sample,
            most_bytes=args.decision_max_bytes,
        )
        if args.decision_log
        else None,
    )
    load = functools.partial(_loaded, args, log)
    # The program stays for good: a collection that went through it would stop calls for as long
    # as hundreds of them take. The first stays even where SIGHUP brings another.
    gc.collect()
    gc.freeze()
    try:
        asyncio.run(
            serve(program, options, ready, log, load=load, tell=tell, alive_every=alive_every)
        )
    except ListenError as error:
        log.error("cannot_listen", reason=str(error))
        return Exit.USAGE
    except TelemetryError as error:
        log.error("bad_options", reason=str(error))
        return Exit.USAGE
    except (TlsError, TokensError, OSError) as error:
        log.error("bad_file", reason=str(error))
        return Exit.USAGE
    except ModuleNotFoundError as error:
        extra = extra_of(error)
        if not extra:
            raise
        log.error("bad_options", reason=f"--{extra} asks for `pip install swapin[{extra}]`")
        return Exit.USAGE
    return Exit.OK


def _loaded(args: argparse.Namespace, log: FilteringBoundLogger) -> Program:
    """The program of the plugins that are selected and installed now.

    Code that was imported before is not imported again.
    """
    from swapin.catalog import discover
    from swapin.program import load_program

    importlib.invalidate_caches()
    selected = evaluator.selected(args)
    program = load_program(
        selected.strict,
        selected.chosen(discover()),
        load_seconds=args.plugin_load_seconds or None,
    )
    for failure in program.catalog.failures:
        log.warning("plugin_left_out", failure=failure)
    return program


def _announcer(
    port_file: Path | None, notifier: Notifier, log: FilteringBoundLogger
) -> Callable[[str], None]:
    def announce(address: str) -> None:
        notifier.status = f"answering on {address}"
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


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"`{text}` is not over 0 and at most 1")
    return share
