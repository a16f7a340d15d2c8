"""The server: its options, its services, how it starts and how it stops."""

from __future__ import annotations

import asyncio
import dataclasses
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from structlog.typing import FilteringBoundLogger

from swapin.program import Program
from swapin.service.address import Address, ListenError
from swapin.service.analysis import AnalysisServicer
from swapin.service.catalog import CatalogServicer
from swapin.service.evaluation import EvaluationServicer
from swapin.service.guard import Guard
from swapin.service.limiter import Limiter
from swapin.service.logs import CallLog, make_log
from swapin.service.ptes import PteServicer
from swapin.v1 import (
    analysis_service_pb2,
    analysis_service_pb2_grpc,
    catalog_service_pb2,
    catalog_service_pb2_grpc,
    evaluation_service_pb2,
    evaluation_service_pb2_grpc,
    pte_service_pb2,
    pte_service_pb2_grpc,
)

SERVICES: tuple[str, ...] = tuple(
    service.full_name
    for file in (
        evaluation_service_pb2.DESCRIPTOR,
        catalog_service_pb2.DESCRIPTOR,
        pte_service_pb2.DESCRIPTOR,
        analysis_service_pb2.DESCRIPTOR,
    )
    for service in file.services_by_name.values()
)
"""Full names of swapin's own services."""

_LAST_WORDS = 0.2
"""Seconds for health watchers to be told, once no call is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """Where to listen, and what to refuse."""

    listen: str = "127.0.0.1:50051"
    """``host:port``; port 0 lets the system choose one."""
    max_message_bytes: int = 4 * 1024 * 1024
    """Largest request message."""
    max_answer_bytes: int = 16 * 1024 * 1024
    """Largest answer to one message of faults."""
    max_batch: int = 10_000
    """Faults that one message may hold."""
    max_analysis_steps: int = 4_000
    """Estimated steps that one analysis may take: kernels times devices, or outcomes."""
    max_concurrent: int = 256
    """Calls in flight, streams included; one more is refused."""
    drain_seconds: float = 10.0
    """How long accepted calls may take to finish when the server stops."""
    insecure: bool = False
    """Listen in the clear on an address that other machines can reach."""

    def __post_init__(self) -> None:
        for name in ("max_message_bytes", "max_answer_bytes", "max_batch", "max_concurrent"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is at least 1")
        if self.drain_seconds < 0:
            raise ValueError("drain_seconds is not negative")


class Server:
    """A gRPC server of one program. Made, started and stopped inside one event loop."""

    def __init__(self, program: Program, options: ServerOptions, log: FilteringBoundLogger) -> None:
        self._options = options
        self._log = log
        self.limiter = Limiter(options.max_concurrent)
        self._calls = CallLog(log)
        self._health: Any = health.aio.HealthServicer()  # type: ignore[attr-defined]
        self._server = grpc.aio.server(
            interceptors=(self._calls, self.limiter, Guard(log)),
            options=_channel_options(options),
        )
        # Generated without annotations.
        add_evaluation: Any = evaluation_service_pb2_grpc.add_EvaluationServiceServicer_to_server
        add_evaluation(
            EvaluationServicer(
                program,
                log,
                max_batch=options.max_batch,
                max_answer_bytes=options.max_answer_bytes,
            ),
            self._server,
        )
        add_catalog: Any = catalog_service_pb2_grpc.add_CatalogServiceServicer_to_server
        add_catalog(CatalogServicer(program.catalog), self._server)
        add_ptes: Any = pte_service_pb2_grpc.add_PteServiceServicer_to_server
        add_ptes(
            PteServicer(
                program.catalog,
                log,
                max_batch=options.max_batch,
                max_answer_bytes=options.max_answer_bytes,
            ),
            self._server,
        )
        add_analysis: Any = analysis_service_pb2_grpc.add_AnalysisServiceServicer_to_server
        add_analysis(AnalysisServicer(program, max_steps=options.max_analysis_steps), self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection(
            (*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server
        )

    async def start(self) -> str:
        """Listen; returns the address, with the port that the system chose.

        :raises ListenError: the address is malformed, taken, or reachable from other machines
            without ``insecure``.
        """
        address = Address.parse(self._options.listen)
        if not address.loopback and not self._options.insecure:
            raise ListenError(
                f"`{address}` can be reached from other machines, and there is no TLS;"
                " listen on a loopback address, or allow it with insecure"
            )
        try:
            port = self._server.add_insecure_port(str(address))
        except RuntimeError as error:
            raise ListenError(f"cannot listen on `{address}`: taken, or not ours") from error
        for service in SERVICES:
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        await self._server.start()
        return str(dataclasses.replace(address, port=port))

    async def drain(self, hurry: asyncio.Event | None = None) -> None:
        """Stop: say so to health watchers, accept no more, let accepted calls finish.

        Calls that take longer than ``drain_seconds`` are cancelled.

        :param hurry: when set, calls are cancelled then.
        """
        started = time.monotonic()
        seconds = self._options.drain_seconds
        self._log.info("draining", unanswered=self.limiter.unanswered, drain_seconds=seconds)
        await self._health.enter_graceful_shutdown()
        stopped = asyncio.ensure_future(self._server.stop(seconds + _LAST_WORDS))
        waiting: list[asyncio.Future[Any]] = [asyncio.ensure_future(self.limiter.answered())]
        if hurry is not None:
            waiting.append(asyncio.ensure_future(hurry.wait()))
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        cancelled = self.limiter.unanswered
        for task in waiting:
            task.cancel()
        # Health watchers never end by themselves.
        await self._server.stop(None if cancelled else _LAST_WORDS)
        await stopped
        await self._write_last_lines()
        self._log.info(
            "stopped",
            cancelled=cancelled,
            duration_ms=round((time.monotonic() - started) * 1000),
        )

    async def stop(self) -> None:
        """Stop at once; calls in flight are cancelled."""
        await self._server.stop(None)
        await self._write_last_lines()

    async def _write_last_lines(self) -> None:
        # Tasks that have ended tell it in the next turn of the loop.
        await asyncio.sleep(0)
        self._calls.flush()


def _channel_options(options: ServerOptions) -> tuple[tuple[str, int], ...]:
    return (
        # With it, a second server on the port would take half of the calls instead of failing.
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", options.max_message_bytes),
        # Find out about clients that vanished, whose streams would hold a place for ever.
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
    )


async def serve(
    program: Program,
    options: ServerOptions,
    ready: Callable[[str], None] | None = None,
    log: FilteringBoundLogger | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then drain. A second signal ends the draining.

    Runs in the main thread, where signals arrive.

    :param ready: called once, with the address, when calls are answered.
    :raises ListenError: see :meth:`Server.start`.
    """
    log = log or make_log(sys.stderr)
    server = Server(program, options, log)
    address = await server.start()
    asked, hurry = asyncio.Event(), asyncio.Event()

    def stop(name: str) -> None:
        log.info("signal_received", signal=name)
        (hurry if asked.is_set() else asked).set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop, number.name)
    if ready is not None:
        ready(address)
    await asked.wait()
    await server.drain(hurry)
