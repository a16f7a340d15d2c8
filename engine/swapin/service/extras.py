"""What needs more than is installed by default; imported when it is asked for, and not before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from swapin.program import Program
from swapin.service.limiter import Limiter
from swapin.service.threads import in_background

if TYPE_CHECKING:
    from swapin.service.metrics import Metrics
    from swapin.service.telemetry import Telemetry

_FLUSH = 5.0
"""Seconds that a collector has to take the last spans and numbers."""

_OF_MODULES = {"prometheus_client": "metrics", "grpc_channelz": "channelz", "opentelemetry": "otel"}


class TelemetryError(Exception):
    """The environment asks for what there is not; the message names the variable."""


def extra_of(error: ModuleNotFoundError) -> str:
    """The extra, and the option, that a missing module belongs to; empty if it is none's."""
    return _OF_MODULES.get((error.name or "").partition(".")[0], "")


def metrics_of(program: Program, methods: Iterable[str]) -> Metrics:
    """What Prometheus reads (``metrics``).

    :param methods: full names of the methods that calls are counted under.
    """
    from swapin.service.metrics import Metrics

    return Metrics(program, methods)


def telemetry_of(methods: Iterable[str], limiter: Limiter) -> Telemetry:
    """What sends spans and numbers (``otel``).

    :param methods: full names of the methods that calls are told under.
    :raises TelemetryError: see there.
    """
    from swapin.service.telemetry import Telemetry

    return Telemetry(methods, limiter)


async def sent(telemetry: Telemetry, hurry: asyncio.Event | None) -> bool:
    """Close it, and say whether it sent all in time.

    :param hurry: when set, nobody wants to wait.
    """
    closing = asyncio.ensure_future(in_background(telemetry.close))
    waiting: list[asyncio.Future[Any]] = [closing]
    if hurry is not None:
        waiting.append(asyncio.ensure_future(hurry.wait()))
    await asyncio.wait(waiting, timeout=_FLUSH, return_when=asyncio.FIRST_COMPLETED)
    done = closing.done()
    for task in waiting:
        task.cancel()
    return done


def add_channelz(server: Any) -> str:
    """Add the service of that name (``channelz``); returns its full name."""
    from grpc_channelz.v1 import channelz, channelz_pb2, channelz_pb2_grpc

    servicer = channelz.aio.ChannelzServicer()  # type: ignore[attr-defined]
    channelz_pb2_grpc.add_ChannelzServicer_to_server(servicer, server)
    return str(channelz_pb2.DESCRIPTOR.services_by_name["Channelz"].full_name)
