"""Traces and metrics by OpenTelemetry. Imports its SDK: the extra ``otel``.

What is sent, where and how often is configured by the environment variables that OpenTelemetry
specifies; names are those of its semantic conventions for RPC.
"""

from __future__ import annotations

import importlib
import os
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from swapin import __version__
from swapin.service.extras import TelemetryError
from swapin.service.limiter import Limiter
from swapin.service.logs import DURATIONS, CallRecord

_OTHER = "_OTHER"
"""What the conventions call a method that is not one of the server's."""

_PACKAGES = {
    "grpc": "opentelemetry.exporter.otlp.proto.grpc",
    "http/protobuf": "opentelemetry.exporter.otlp.proto.http",
}

# Those that the conventions call errors of a server; others are answers to what clients do.
_ERRORS = frozenset(
    ("UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS")
)


class Telemetry:
    """Sends a span of every call, and what was counted, to a collector.

    Spans are made when log lines are written, with the times that the call had, so that no call
    waits for it. The parent is the client's, if it sent W3C trace context.

    :param methods: names that calls are told under; any other is ``_OTHER``.
    :param limiter: says how many calls are in flight.
    :raises TelemetryError: the environment asks for an exporter that there is not.
    """

    def __init__(self, methods: Iterable[str], limiter: Limiter) -> None:
        self._methods = frozenset(methods)
        self._limiter = limiter
        self._context = TraceContextTextMapPropagator()
        self.carried = tuple(sorted(self._context.fields))
        """Keys of the client's metadata that say what a call is part of."""
        resource = _resource()
        self._traces = TracerProvider(resource=resource, shutdown_on_exit=False)
        for exporter in _exporters("traces", "trace_exporter", "OTLPSpanExporter"):
            self._traces.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._traces.get_tracer("swapin", __version__)
        readers: list[MetricReader] = [
            PeriodicExportingMetricReader(exporter)
            for exporter in _exporters("metrics", "metric_exporter", "OTLPMetricExporter")
        ]
        self._metrics = MeterProvider(readers, resource=resource, shutdown_on_exit=False)
        meter = self._metrics.get_meter("swapin", __version__)
        self._seconds = meter.create_histogram(
            "rpc.server.call.duration",
            "s",
            "How long calls took, streams to their end.",
            explicit_bucket_boundaries_advisory=DURATIONS,
        )
        self._faults = meter.create_counter("swapin.faults", "{fault}", "Faults asked about.")
        self._bad = meter.create_counter(
            "swapin.faults.refused", "{fault}", "Faults with a bad description."
        )
        self._undetermined = meter.create_counter(
            "swapin.verdicts.undetermined", "{verdict}", "Verdicts that leave an outcome open."
        )
        meter.create_observable_up_down_counter(
            "swapin.calls.in_flight", [self._in_flight], "{call}", "Calls in flight."
        )

    def count(self, record: CallRecord) -> None:
        """Tell of a call that ended."""
        known = record.method in self._methods
        method = record.method.removeprefix("/") if known else _OTHER
        rpc = {
            "rpc.system.name": "grpc",
            "rpc.method": method,
            "rpc.response.status_code": record.code,
        }
        if record.code in _ERRORS:
            rpc["error.type"] = record.code
        self._seconds.record((record.finished - record.started) / 1e9, rpc)
        self._faults.add(record.faults)
        self._bad.add(record.refused)
        self._undetermined.add(record.undetermined)
        end = record.finished_at
        span = self._tracer.start_span(
            method,
            self._context.extract(record.carried),
            SpanKind.SERVER,
            {
                **rpc,
                "swapin.request_id": record.request_id,
                "swapin.faults": record.faults,
                "swapin.faults.refused": int(record.refused),
                "swapin.verdicts.undetermined": int(record.undetermined),
            },
            start_time=end - (record.finished - record.started),
        )
        if record.code in _ERRORS:
            span.set_status(Status(StatusCode.ERROR))
        span.end(end)

    def close(self) -> None:
        """Send what was not sent; may take as long as the collector does."""
        self._traces.shutdown()
        self._metrics.shutdown()

    def _in_flight(self, _: CallbackOptions) -> Iterator[Observation]:
        yield Observation(self._limiter.in_flight)


def _resource() -> Resource:
    ours = {
        "service.name": "swapin",
        "service.version": __version__,
        # Workers are processes, and what they count must not be mistaken for one another's.
        "service.instance.id": str(uuid.uuid4()),
    }
    given = OTELResourceDetector().detect().attributes
    return Resource.create({name: value for name, value in ours.items() if name not in given})


def _exporters(kind: str, module: str, name: str) -> Iterator[Any]:
    """The exporters that the environment asks for.

    :param module: of the exporter, in the package of its protocol.
    """
    variable = f"OTEL_{kind.upper()}_EXPORTER"
    wanted = os.environ.get(variable, "").strip() or "otlp"
    if wanted == "none":
        return
    if wanted != "otlp":
        raise TelemetryError(f"{variable}: `{wanted}` is neither otlp nor none")
    variables = (f"OTEL_EXPORTER_OTLP_{kind.upper()}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
    variable = next((name for name in variables if os.environ.get(name)), "")
    protocol = os.environ[variable] if variable else "grpc"
    if protocol not in _PACKAGES:
        raise TelemetryError(f"{variable}: `{protocol}` is none of {', '.join(_PACKAGES)}")
    yield getattr(importlib.import_module(f"{_PACKAGES[protocol]}.{module}"), name)()
