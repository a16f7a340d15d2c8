"""A proof that a server answers: it is called, as a client calls it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc


class Pulse:
    """Calls a server's health from a thread, and tells of each answer that comes in time.

    The call goes through a socket of its own, in a folder that only this user can enter: the
    port may lead to another process, or ask for certificates. Its way to the method and back is
    the same as everybody's. A thread that cannot run, as in a process that was stopped, tells
    nothing either.

    :param every: seconds between two calls, and the time that each has.
    :param answered: called in that thread.
    """

    def __init__(self, every: float, answered: Callable[[], None]) -> None:
        self._every = every
        self._answered = answered
        self._ended, self._excused = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        self._folder = TemporaryDirectory(prefix="swapin-")

    @property
    def address(self) -> str:
        """Where the server has to listen."""
        return f"unix:{Path(self._folder.name, 'health')}"

    def begin(self) -> None:
        """The server listens: call it from now on."""
        self._thread.start()

    def excuse(self) -> None:
        """The server takes no more calls: how long that lasts is bounded elsewhere."""
        self._excused.set()

    def __enter__(self) -> Pulse:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join(2 * self._every)
        self._folder.cleanup()

    def _run(self) -> None:
        with grpc.insecure_channel(self.address) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            while not self._ended.is_set():
                if self._excused.is_set() or self._answers(stub):
                    self._answered()
                self._ended.wait(self._every)

    def _answers(self, stub: health_pb2_grpc.HealthStub) -> bool:
        try:
            stub.Check(health_pb2.HealthCheckRequest(), timeout=self._every)
        except grpc.RpcError:
            return False
        return True
