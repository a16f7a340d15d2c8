"""What a server counts, for Prometheus. Imports ``prometheus_client``: the extra ``metrics``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from swapin.program import Program
from swapin.service.address import Address, ListenError
from swapin.service.limiter import Limiter
from swapin.service.logs import DURATIONS, CallRecord


@dataclass(slots=True)
class _Listener:
    server: WSGIServer
    thread: Thread


class Metrics:
    """Counts calls as their log lines are written, so that no call waits for it.

    :param program: named by its fingerprint, and whether a plugin was left out.
    :param methods: names that calls are counted under; any other is counted as ``other``,
        since a stranger may ask for a method of any name.
    """

    def __init__(self, program: Program, methods: Iterable[str]) -> None:
        self._methods = frozenset(methods)
        self.registry = CollectorRegistry()
        common: dict[str, Any] = {"registry": self.registry}
        self._calls = Counter(
            "swapin_calls", "Calls that ended, by method and code.", ("method", "code"), **common
        )
        self._seconds = Histogram(
            "swapin_call_seconds",
            "How long calls took, streams to their end.",
            ("method",),
            buckets=DURATIONS,
            **common,
        )
        self._faults = Counter("swapin_faults", "Faults asked about.", **common)
        self._bad = Counter("swapin_faults_refused", "Faults with a bad description.", **common)
        self._undetermined = Counter(
            "swapin_verdicts_undetermined", "Verdicts that leave an outcome open.", **common
        )
        self._refused = Counter(
            "swapin_calls_refused", "Calls refused for load, quota or want of a role.", **common
        )
        self._in_flight = Gauge("swapin_calls_in_flight", "Calls in flight.", **common)
        self._degraded = Gauge("swapin_degraded", "1 if a plugin was left out.", **common)
        self._info = Gauge("swapin_catalog_info", "The rules in use.", ("fingerprint",), **common)
        self.tell(program)
        self._listener: _Listener | None = None

    def tell(self, program: Program) -> None:
        """Show which rules are in use."""
        self._degraded.set(program.catalog.degraded)
        self._info.clear()
        self._info.labels(program.catalog.fingerprint).set(1)

    def follow(self, limiter: Limiter) -> None:
        """Show how many places are held."""
        self._in_flight.set_function(lambda: limiter.in_flight)

    def count(self, record: CallRecord) -> None:
        """Count a call that ended."""
        method = record.method if record.method in self._methods else "other"
        self._calls.labels(method, record.code).inc()
        self._seconds.labels(method).observe((record.finished - record.started) / 1e9)
        self._faults.inc(record.faults)
        self._bad.inc(record.refused)
        self._undetermined.inc(record.undetermined)
        if record.code in ("RESOURCE_EXHAUSTED", "UNAUTHENTICATED", "PERMISSION_DENIED"):
            self._refused.inc()

    def listen(self, address: str) -> str:
        """Answer ``GET /metrics`` in plain HTTP, on a thread; returns where.

        :raises ListenError: the address is malformed or taken.
        """
        wanted = Address.parse(address)
        try:
            server, thread = start_http_server(
                wanted.port, addr=wanted.host, registry=self.registry
            )
        except OSError as error:
            raise ListenError(f"cannot listen on `{wanted}`: {error.strerror}") from error
        self._listener = _Listener(server, thread)
        return str(Address(wanted.host, server.server_port))

    def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.server.shutdown()
            self._listener.server.server_close()
            self._listener.thread.join()
            self._listener = None
