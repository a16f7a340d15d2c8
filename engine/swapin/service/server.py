"""The server: its options, its services, how it listens and how it stops."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc
from structlog.typing import FilteringBoundLogger

from swapin.analysis.side import MOST_STEPS
from swapin.program import Program
from swapin.service import extras
from swapin.service.access import Access
from swapin.service.address import Address, ListenError
from swapin.service.decisions import DecisionOptions, Decisions
from swapin.service.edition import Edition, Switched
from swapin.service.evaluation import in_bytes
from swapin.service.gate import Gate
from swapin.service.guard import Guard
from swapin.service.limiter import Limiter
from swapin.service.logs import CallLog, CallRecord
from swapin.service.tls import Certificates, TlsError, TlsFiles
from swapin.service.tokens import Tokens, TokensError
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

_SERVICES = tuple(
    service
    for file in (
        evaluation_service_pb2.DESCRIPTOR,
        catalog_service_pb2.DESCRIPTOR,
        pte_service_pb2.DESCRIPTOR,
        analysis_service_pb2.DESCRIPTOR,
    )
    for service in file.services_by_name.values()
)

SERVICES: tuple[str, ...] = tuple(service.full_name for service in _SERVICES)
"""Full names of swapin's own services."""

_METHODS = tuple(f"/{s.full_name}/{method.name}" for s in _SERVICES for method in s.methods)

_ADD: dict[str, Any] = {
    "evaluation": evaluation_service_pb2_grpc.add_EvaluationServiceServicer_to_server,
    "catalog": catalog_service_pb2_grpc.add_CatalogServiceServicer_to_server,
    "ptes": pte_service_pb2_grpc.add_PteServiceServicer_to_server,
    "analysis": analysis_service_pb2_grpc.add_AnalysisServiceServicer_to_server,
}
"""What adds each servicer of an edition to a server; generated without annotations."""

_ANALYSES = 2
"""Analyses that run at once; others wait. One takes a second of a core at most."""

_LAST_WORDS = 0.2
"""Seconds for health watchers to be told, once no call is left."""

_CLEARING = 5.0
"""Seconds for methods of cancelled calls to end; an analysis goes on until its next look."""


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
    max_analysis_steps: int = MOST_STEPS
    """Estimated steps that one analysis may take: kernels times devices, or outcomes."""
    max_concurrent: int = 256
    """Calls in flight, streams included; one more is refused."""
    drain_seconds: float = 10.0
    """How long accepted calls may take to finish when the server stops."""
    max_connection_age_seconds: float = 600.0
    """After it a connection is told to go (GOAWAY) and its calls may finish, so that clients
    look for servers again and load spreads; give or take a tenth. Infinite: never."""
    handshake_seconds: float = 20.0
    """How long a connection may take to say that it speaks TLS and HTTP/2."""
    keepalive_seconds: float = 60.0
    """After it a client that sends nothing is asked whether it lives; gRPC's least is 1."""
    keepalive_timeout_seconds: float = 20.0
    """How long it may take to answer; then its calls are cancelled."""
    insecure: bool = False
    """Listen in the clear on an address that other machines can reach."""
    tls: TlsFiles | None = None
    """Certificates; without them it listens in the clear."""
    tokens: Path | None = None
    """File of those who may call (see :mod:`swapin.service.tokens`); without one, all may."""
    reuse_port: bool = False
    """Share the port with other servers of the same user, which get some of its connections."""
    decisions: DecisionOptions | None = None
    """Log of verdicts; without it none are kept."""
    metrics: str = ""
    """``host:port`` to answer Prometheus on; empty: nowhere."""
    otel: bool = False
    """Send traces and metrics by OpenTelemetry, as its environment variables say."""
    channelz: bool = False
    """Tell of connections and calls by ``grpc.channelz.v1.Channelz``, to those who may
    administer; without tokens on a loopback address alone."""

    def __post_init__(self) -> None:
        for name in ("max_message_bytes", "max_answer_bytes", "max_batch", "max_concurrent"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is at least 1")
        if self.drain_seconds < 0:
            raise ValueError("drain_seconds is not negative")
        if not self.max_connection_age_seconds > 0:
            raise ValueError("max_connection_age_seconds is over 0")


class Server:
    """A gRPC server of one program. Made, started and stopped inside one event loop.

    :raises TlsError: the certificates cannot be used.
    :raises TokensError: the tokens file cannot be used.
    :raises OSError: the file of decisions cannot be opened.
    :raises TelemetryError: the environment asks for telemetry that there is not.
    """

    def __init__(self, program: Program, options: ServerOptions, log: FilteringBoundLogger) -> None:
        self._options = options
        self._log = log
        self.limiter = Limiter(options.max_concurrent)
        self._certificates = Certificates(options.tls) if options.tls else None
        self._tokens = Tokens(options.tokens) if options.tokens else None
        self._metrics = extras.metrics_of(program, _METHODS) if options.metrics else None
        if self._metrics:
            self._metrics.follow(self.limiter)
        self._telemetry = extras.telemetry_of(_METHODS, self.limiter) if options.otel else None
        self._calls = CallLog(log, self._count, self._telemetry.carried if self._telemetry else ())
        self._decisions = None
        if options.decisions:
            self._decisions = Decisions(
                options.decisions, lambda fault: self._edition.result(fault), log
            )
        self._analyses = asyncio.Semaphore(_ANALYSES)
        self._edition = self._edition_of(program)
        self._health: Any = health.aio.HealthServicer()  # type: ignore[attr-defined]
        # Every service stands behind it.
        gate = Gate(
            self._calls, self.limiter, Guard(log), Access(self._tokens) if self._tokens else None
        )
        self._server = grpc.aio.server(handlers=(gate,), options=_channel_options(options))
        for name, add in _ADD.items():
            add(Switched(partial(self._servicer, name)), gate)
        evaluation = Switched(partial(self._servicer, "evaluation"))
        gate.add_registered_method_handlers(SERVICES[0], in_bytes(evaluation))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, gate)
        told = [health.SERVICE_NAME, reflection.SERVICE_NAME]
        if options.channelz:
            told.append(extras.add_channelz(gate))
        reflection_pb2_grpc.add_ServerReflectionServicer_to_server(
            reflection.aio.ReflectionServicer((*SERVICES, *told)),  # type: ignore[attr-defined]
            gate,
        )

    def use(self, program: Program) -> None:
        """Answer calls by these rules from now on; calls in flight keep those they began with."""
        changed = not self._edition.decides_as(program)
        if changed:
            self._edition = self._edition_of(program)
            if self._metrics:
                self._metrics.tell(program)
        catalog = program.catalog
        self._log.info(
            "plugins_reloaded",
            changed=changed,
            fingerprint=catalog.fingerprint,
            degraded=catalog.degraded,
        )

    def _edition_of(self, program: Program) -> Edition:
        options = self._options
        return Edition(
            program,
            self._log,
            max_batch=options.max_batch,
            max_answer_bytes=options.max_answer_bytes,
            max_analysis_steps=options.max_analysis_steps,
            analyses=self._analyses,
            seen=self._decisions.take if self._decisions else None,
        )

    def _count(self, record: CallRecord) -> None:
        for told in (self._metrics, self._telemetry):
            if told is not None:
                told.count(record)

    def _servicer(self, name: str) -> Any:
        return getattr(self._edition, name)

    async def start(self, *also: str) -> str:
        """Listen; returns the address, with the port that the system chose.

        :param also: places to listen in the clear too, which nobody else can reach.
        :raises ListenError: an address is malformed or taken, or it is reachable from other
            machines without TLS or ``insecure``.
        """
        address = Address.parse(self._options.listen)
        address.allowed(tls=self._certificates is not None, insecure=self._options.insecure)
        if self._options.channelz and not (self._tokens or address.loopback):
            raise ListenError(
                f"`{address}` can be reached from other machines, and channelz tells who is"
                " connected; give it tokens, or listen on a loopback address"
            )
        try:
            if self._certificates:
                port = self._server.add_secure_port(str(address), self._certificates.credentials())
            else:
                port = self._server.add_insecure_port(str(address))
        except RuntimeError as error:
            raise ListenError(f"cannot listen on `{address}`: taken, or not ours") from error
        for place in also:
            self._server.add_insecure_port(place)
        if self._metrics:
            where = self._metrics.listen(self._options.metrics)
            self._log.info("metrics_listening", address=where)
        for service in SERVICES:
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        await self._server.start()
        return str(dataclasses.replace(address, port=port))

    def reload(self) -> None:
        """Read certificates and tokens again; what cannot be used is logged and changes nothing."""
        for name, held in (("tls", self._certificates), ("tokens", self._tokens)):
            if held is None:
                continue
            try:
                held.reload()
            except (TlsError, TokensError) as error:
                self._log.error("reload_failed", what=name, reason=str(error))
            else:
                self._log.info("reloaded", what=name)

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
        await self._write_last_lines(hurry)
        self._log.info(
            "stopped",
            cancelled=cancelled,
            duration_ms=round((time.monotonic() - started) * 1000),
        )

    async def stop(self) -> None:
        """Stop at once; calls in flight are cancelled."""
        await self._server.stop(None)
        await self._write_last_lines()

    async def _write_last_lines(self, hurry: asyncio.Event | None = None) -> None:
        # gRPC stops when calls have ended for their clients, with methods still clearing up.
        with suppress(TimeoutError):
            await asyncio.wait_for(self.limiter.answered(), _CLEARING)
        # Tasks that have ended tell it in the next turn of the loop.
        await asyncio.sleep(0)
        self._calls.flush()
        if self._telemetry and not await extras.sent(self._telemetry, hurry):
            self._log.error("telemetry_not_sent")
        if self._metrics:
            self._metrics.close()
        if self._decisions:
            self._decisions.close()


def _channel_options(options: ServerOptions) -> tuple[tuple[str, int], ...]:
    age = options.max_connection_age_seconds
    ages = (
        ("grpc.max_connection_age_ms", round(age * 1000)),
        # Streams may go on for as long again.
        ("grpc.max_connection_age_grace_ms", round(age * 1000)),
    )
    return (
        *(ages if age < float("inf") else ()),
        # With it, a second server on the port takes some of the calls instead of failing.
        ("grpc.so_reuseport", int(options.reuse_port)),
        ("grpc.enable_channelz", int(options.channelz)),
        ("grpc.max_receive_message_length", options.max_message_bytes),
        # What gRPC reads of a stream before it is asked for; by itself it goes up to 18 MiB each.
        ("grpc.http2.bdp_probe", 0),
        ("grpc.http2.lookahead_bytes", 512 * 1024),
        # Find out about clients that vanished, whose streams would hold a place for ever.
        ("grpc.keepalive_time_ms", round(options.keepalive_seconds * 1000)),
        ("grpc.keepalive_timeout_ms", round(options.keepalive_timeout_seconds * 1000)),
        # A ping of any kind that is not answered; a minute, unless it is said.
        ("grpc.http2.ping_timeout_ms", round(options.keepalive_timeout_seconds * 1000)),
        ("grpc.server_handshake_timeout_ms", round(options.handshake_seconds * 1000)),
        # gRPC's clients wait with more; others are refused before a call is made of it. Over
        # our own limit, whose refusal says when to try again.
        ("grpc.max_concurrent_streams", 2 * options.max_concurrent + 100),
        # Clients may ping as often as every ten seconds; who pings more is told to go.
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
    )
