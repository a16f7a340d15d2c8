"""``swapin eval --jobs``: worker processes that evaluate, in stable order and bounded memory.

Each worker has a pipe of its own, so that it ends when this process does, however that happens.
Chunks go to the workers in turn and come back in turn: no more than two a worker are under way.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.resource_tracker import ensure_running
from queue import SimpleQueue
from typing import TYPE_CHECKING

from swapin.cli.faults import described
from swapin.cli.text import Shown, shown
from swapin.model import Depth, FaultError

if TYPE_CHECKING:
    from swapin.cli.faults import Unit
    from swapin.program import Program

CHUNK = 200
"""Lines that a worker is given at a time."""
_UNDER_WAY = 2
"""Chunks that a worker has: one that it works at, and the next."""


class WorkerError(RuntimeError):
    """A worker process that ended, or that met an error of swapin itself."""


def evaluated(
    units: Iterator[Unit], program: Program, depth: Depth, as_json: bool, jobs: int
) -> Iterator[list[Shown]]:
    """What is to be shown of every unit, chunk by chunk, in the order of the units.

    :raises WorkerError: a worker did not do its work; everything before it was given.
    """
    under_way: deque[_Worker] = deque()
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(program, depth, as_json)) for _ in range(jobs)]
        turns = cycle(workers)
        while chunk := list(islice(units, CHUNK)):
            if len(under_way) == jobs * _UNDER_WAY:
                yield under_way.popleft().result()
            worker = next(turns)
            worker.give(chunk)
            under_way.append(worker)
        while under_way:
            yield under_way.popleft().result()


class _Worker:
    """A worker process, seen from here."""

    def __init__(self, process: SpawnProcess, pipe: Connection) -> None:
        self._process = process
        self._pipe = pipe

    def give(self, chunk: list[Unit]) -> None:
        try:
            self._pipe.send(chunk)
        except OSError as error:
            # Not the closed pipe of whoever reads the answers.
            raise self._died() from error

    def result(self) -> list[Shown]:
        try:
            told: list[Shown] | str = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise self._died() from error
        if isinstance(told, str):
            raise WorkerError(told)
        return told

    def _died(self) -> WorkerError:
        self._process.join(5)
        code = self._process.exitcode
        how = f"with status {code}"
        if code is not None and code < 0:
            how = f"by {signal.Signals(-code).name}"
        return WorkerError(f"worker process {self._process.pid} ended {how}")


@contextmanager
def _worker(program: Program, depth: Depth, as_json: bool) -> Iterator[_Worker]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=_work, args=(theirs, program, depth, as_json), daemon=True, name="swapin-eval"
    )
    # Ctrl-C goes to every process of the terminal; a worker is blind to it from its first
    # instruction, and ends when its pipe does. What tracks the resources of processes would
    # unblock the signal if it were started in between.
    ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    theirs.close()
    try:
        yield _Worker(process, ours)
    finally:
        ours.close()
        process.terminate()
        process.join()


def _work(pipe: Connection, program: Program, depth: Depth, as_json: bool) -> None:
    """What a worker does, until its pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    chunks: SimpleQueue[list[Unit] | None] = SimpleQueue()

    def read() -> None:
        # Whoever sends is never kept waiting by answers that nobody has taken yet.
        try:
            while True:
                chunks.put(pipe.recv())
        except (EOFError, OSError):
            chunks.put(None)

    threading.Thread(target=read, daemon=True).start()
    while (chunk := chunks.get()) is not None:
        told: list[Shown] | str
        try:
            told = [found for unit in chunk for found in _of_unit(unit, program, depth, as_json)]
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
        try:
            pipe.send(told)
        except OSError:
            return


def _of_unit(unit: Unit, program: Program, depth: Depth, as_json: bool) -> Iterator[Shown]:
    for line, description in described(unit):
        try:
            if isinstance(description, FaultError):
                raise description
            yield shown(line, program.evaluate(description, depth), as_json, depth)
        except FaultError as error:
            yield shown(line, error, as_json, depth)
