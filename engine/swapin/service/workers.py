"""Several processes that share a port, and one that looks after them.

Python runs one call at a time in a process. The kernel spreads connections, not calls, over
those that listen on a port with ``SO_REUSEPORT``; connections end after
``max_connection_age_seconds``, so that load spreads again.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType

from structlog.typing import FilteringBoundLogger

from swapin.service.address import Address, ListenError
from swapin.service.notify import Notice, Notifier

# gRPC's threads do not survive a fork.
_SPAWN = multiprocessing.get_context("spawn")
_AGAIN = 1.0
"""Seconds before a worker that died is replaced, so that one that cannot live costs little."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is told."""

    number: int
    """Its number, from 0."""
    address: str
    """Where to listen; shared with the others."""
    metrics: str
    """Where to answer Prometheus, its own; empty: nowhere."""
    alive_every: float
    """Seconds between two notices that it answers; 0: none."""


Work = Callable[[Order, Callable[[Notice], None]], int]
"""Runs in a worker: serves until SIGTERM, tells what happens, and returns the status.
It is pickled, so it is a function of a module, or a partial one of such."""


@dataclass(slots=True)
class _Worker:
    order: Order
    process: SpawnProcess
    pipe: Connection
    """What it tells; it ends with the worker."""
    ready: bool = False
    alive: bool = False
    """It has answered since every worker last had."""
    reloading: bool = False


class Supervisor:
    """Keeps so many workers alive.

    :param count: how many; at least 1.
    :param listen: ``host:port``; port 0 lets the system choose one.
    :param metrics: ``host:port`` of the first worker, the port after it for the next; empty:
        none.
    :param notifier: told that the service lives when every worker has answered.
    """

    def __init__(
        self,
        work: Work,
        count: int,
        listen: str,
        metrics: str,
        log: FilteringBoundLogger,
        notifier: Notifier,
    ) -> None:
        self._work = work
        self._log = log
        self._notifier = notifier
        self._held, self._address = _reserved(Address.parse(listen))
        self._orders = [
            Order(number, str(self._address), _shifted(metrics, number), notifier.every)
            for number in range(count)
        ]
        self._workers: list[_Worker] = []
        self._stopping = False

    def run(self, ready: Callable[[str], None]) -> int:
        """Work until SIGTERM or SIGINT; what comes after is passed on, SIGHUP too.

        Runs in the main thread, where signals arrive.

        :param ready: called once with the address, when every worker answers.
        :returns: 0, or the status of a worker that could not begin.
        """
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._pass_on)
        for order in self._orders:
            self._start(order)
        told = False
        try:
            while self._workers:
                self._look_after(told)
                if not told and all(worker.ready for worker in self._workers) and self._workers:
                    told = True
                    ready(str(self._address))
                    self._notifier.tell(Notice.READY)
                if told:
                    self._prove()
        except _NeverBegan as error:
            self._stop(signal.SIGTERM)
            for worker in self._workers:
                worker.process.join()
            return error.status
        finally:
            self._held.close()
        self._log.info("stopped")
        return 0

    def _look_after(self, began: bool) -> None:
        pipes = [worker.pipe for worker in self._workers]
        ended = [worker.process.sentinel for worker in self._workers]
        # Wakes up by itself, should a worker have ended between two looks.
        wait([*pipes, *ended], timeout=1.0)
        for worker in list(self._workers):
            self._hear(worker)
            if worker.process.exitcode is not None:
                self._ended(worker, began)

    def _hear(self, worker: _Worker) -> None:
        """Take in what a worker has told."""
        try:
            while worker.pipe.poll():
                notice = worker.pipe.recv()
                worker.ready |= notice is Notice.READY
                worker.alive |= notice is Notice.ALIVE
                if notice is Notice.RELOADED:
                    self._reloaded(worker)
        except (EOFError, OSError):
            # It has ended, or is about to.
            worker.process.join(1.0)

    def _reloaded(self, worker: _Worker) -> None:
        if worker.reloading:
            worker.reloading = False
            if not any(other.reloading for other in self._workers):
                self._notifier.tell(Notice.RELOADED)

    def _prove(self) -> None:
        """Tell the manager that the service lives, if all of it does."""
        if not self._notifier.every:
            return
        whole = len(self._workers) == len(self._orders)
        # How long stopping lasts is bounded by the manager itself.
        if self._stopping or (whole and all(worker.alive for worker in self._workers)):
            for worker in self._workers:
                worker.alive = False
            self._notifier.tell(Notice.ALIVE)

    def _ended(self, worker: _Worker, began: bool) -> None:
        self._workers.remove(worker)
        worker.pipe.close()
        self._reloaded(worker)
        if self._stopping:
            return
        code = worker.process.exitcode or 0
        number = worker.order.number
        self._log.error("worker_died", worker=number, pid=worker.process.pid, exit_code=code)
        if not began:
            raise _NeverBegan(code if code > 0 else 4)
        time.sleep(_AGAIN)
        if not self._stopping:
            self._start(worker.order)

    def _start(self, order: Order) -> None:
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_run, args=(self._work, order, theirs))
        process.start()
        theirs.close()
        self._log.info("worker_started", worker=order.number, pid=process.pid)
        self._workers.append(_Worker(order, process, ours))
        if self._stopping:
            # A signal that came before this one was among those that it is passed on to.
            self._stop(signal.SIGTERM)

    def _pass_on(self, number: int, _: FrameType | None) -> None:
        if number != signal.SIGHUP:
            self._stopping = True
            self._notifier.tell(Notice.STOPPING)
        elif not self._stopping and any(worker.ready for worker in self._workers):
            self._notifier.tell(Notice.RELOADING)
            for worker in self._workers:
                worker.reloading = worker.ready
        self._stop(number)

    def _stop(self, number: int) -> None:
        for worker in self._workers:
            if worker.process.pid is not None and worker.process.exitcode is None:
                os.kill(worker.process.pid, number)


class _NeverBegan(Exception):
    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__()


def _reserved(address: Address) -> tuple[socket.socket, Address]:
    """Hold the port without listening on it, so that workers share it and others do not.

    :raises ListenError: it is taken, or not ours.
    """
    try:
        family = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # Taken without SO_REUSEPORT: a stranger who set it too would share our calls.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address.host, address.port))
            port = probe.getsockname()[1]
        held = socket.socket(family, socket.SOCK_STREAM)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((address.host, port))
    except OSError as error:
        raise ListenError(f"cannot listen on `{address}`: {error.strerror}") from error
    return held, dataclasses.replace(address, port=port)


def _shifted(metrics: str, number: int) -> str:
    if not metrics:
        return ""
    first = Address.parse(metrics)
    return str(dataclasses.replace(first, port=first.port + number if first.port else 0))


def _run(work: Work, order: Order, pipe: Connection) -> None:
    """In the worker."""

    def watch() -> None:
        # Nothing is ever sent: the pipe ends when the supervisor does, however it ends.
        try:
            pipe.recv()
        except (EOFError, OSError):
            os.kill(os.getpid(), signal.SIGTERM)

    telling = threading.Lock()

    def tell(notice: Notice) -> None:
        with suppress(BrokenPipeError), telling:
            pipe.send(notice)
        if notice is Notice.READY:
            threading.Thread(target=watch, daemon=True).start()

    # A terminal sends its signals to the whole group; ours come from the supervisor alone.
    os.setpgid(0, 0)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    raise SystemExit(work(order, tell))
