"""Unary calls a second, and what each costs, beside an empty handler with the same messages.

Both servers run in processes of their own. The load is h2load's (Debian: nghttp2-client) where
it is installed, else that of a grpc.aio client, which is itself the bottleneck on few cores.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import grpc.aio
from measure import Row, interleaved, rows

from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import fault_pb2

METHOD = "/swapin.v1.EvaluationService/EvaluateFault"
CALLS = 4000
IN_FLIGHT = 64
SPREAD = 8
"""Connections of the load on several workers, among which the kernel spreads them."""


def request() -> pb.EvaluateFaultRequest:
    """A fault that every outcome is settled for."""
    fault = fault_pb2.Fault(
        kernel={"release": "6.1"},
        architecture="x86_64",
        swap_device={"backend": "null_blk", "stable_writes": True},
        pte={"raw": "0x7fffffffffbfe0a"},
        access={"write": True},
        folio={"fresh": False, "ksm": False, "writeback": True},
        vma={"writable": True},
    )
    return pb.EvaluateFaultRequest(fault=fault)


@dataclass(frozen=True, slots=True)
class Served:
    """A server in a process of its own."""

    address: str
    pid: int

    def cpu(self) -> float:
        """Seconds of a core that it has used; what a busy machine takes from it is not in it."""
        told = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def pair() -> Iterator[tuple[Served, Served]]:
    """The empty handler and the server, which give the same answer."""
    with ExitStack() as stack:
        swapin = stack.enter_context(served())
        reply = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "reply"
        reply.write_bytes(asyncio.run(_answer(swapin.address)))
        empty = [sys.executable, str(Path(__file__).with_name("empty.py")), str(reply)]
        yield stack.enter_context(running(empty)), swapin


def run(rounds: int) -> list[Row]:
    """Calls a second of the server and of the empty handler, and CPU time a call."""
    with pair() as (empty, swapin), served("--workers", "2") as two:
        load, remark = _load()
        cpu: dict[str, list[float]] = {}

        def costing(name: str, server: Served) -> Callable[[], float]:
            measure = load(server.address, 1)

            def measured() -> float:
                before = server.cpu()
                rate = measure()
                cpu.setdefault(name, []).append((server.cpu() - before) / CALLS * 1e6)
                return rate

            return measured

        figures = interleaved(
            rounds,
            {
                "empty handler": costing("empty handler", empty),
                "swapin serve, one fault": costing("swapin serve, one fault", swapin),
                f"the same, {SPREAD} connections": load(swapin.address, SPREAD),
                f"two workers, {SPREAD} connections": load(two.address, SPREAD),
            },
        )
    found = rows(figures, "calls/s", "empty handler")
    for row in found:
        row["remark"] = f" ({remark})"
    medians = {name: statistics.median(values) for name, values in cpu.items()}
    return found + rows(medians, "us CPU/call", "empty handler")


async def _answer(address: str) -> bytes:
    async with grpc.aio.insecure_channel(address) as channel:
        call = channel.unary_unary(METHOD)
        answer: bytes = await call(request().SerializeToString())
        return answer


def served(*options: str) -> AbstractContextManager[Served]:
    """``swapin serve`` with these options."""
    return running([sys.executable, "-m", "swapin", "serve", *options])


@contextmanager
def running(command: list[str]) -> Iterator[Served]:
    """A server that a command starts, which is told where to listen and to say where it does."""
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "address"
        process = subprocess.Popen(
            [*command, "--listen", "127.0.0.1:0", "--port-file", str(port_file)],
            stderr=subprocess.DEVNULL,
        )
        try:
            until = time.monotonic() + 30
            while not (port_file.exists() and port_file.read_text()):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"{command} did not start")
                time.sleep(0.05)
            yield Served(port_file.read_text().strip(), process.pid)
        finally:
            process.terminate()
            process.wait(15)


_Load = Callable[[str, int], Callable[[], float]]
"""From an address and a number of connections, what measures calls a second."""


def _load() -> tuple[_Load, str]:
    h2load = shutil.which("h2load")
    if h2load:
        return (
            lambda address, connections: lambda: _by_h2load(h2load, address, connections),
            f"h2load, {IN_FLIGHT} in flight",
        )
    return (
        lambda address, connections: lambda: asyncio.run(_by_client(address, connections)),
        f"grpc.aio client, {IN_FLIGHT} in flight; install nghttp2-client for h2load",
    )


def _by_h2load(h2load: str, address: str, connections: int) -> float:
    return by_h2load(h2load, address, CALLS, connections, IN_FLIGHT // connections)


def by_h2load(
    h2load: str, address: str, calls: int, connections: int, streams: int, *more: str
) -> float:
    """Calls a second by h2load.

    :param streams: calls in flight on each connection.
    :param more: further options of h2load.
    :raises RuntimeError: a call failed.
    """
    message = request().SerializeToString()
    with tempfile.NamedTemporaryFile() as body:
        body.write(b"\0" + len(message).to_bytes(4, "big") + message)
        body.flush()
        command = [h2load, "-n", str(calls), "-c", str(connections), "-m", str(streams), *more]
        command += ["-d", body.name]
        headers = ["-H", "content-type: application/grpc", "-H", "te: trailers"]
        done = subprocess.run(
            [*command, *headers, f"http://{address}{METHOD}"],
            check=True,
            capture_output=True,
            text=True,
        )
    succeeded = re.search(r"(\d+) succeeded, 0 failed", done.stdout)
    rate = re.search(r"([\d.]+) req/s", done.stdout)
    if not succeeded or int(succeeded[1]) != calls or not rate:
        raise RuntimeError(done.stdout)
    return float(rate[1])


async def _by_client(address: str, connections: int) -> float:
    message = request().SerializeToString()
    # Channels of a process share connections if they may.
    options = (("grpc.use_local_subchannel_pool", 1),)
    async with AsyncExitStack() as stack:
        calls = []
        for _ in range(connections):
            channel = grpc.aio.insecure_channel(address, options)
            calls.append((await stack.enter_async_context(channel)).unary_unary(METHOD))

        async def worker(number: int) -> None:
            for _ in range(CALLS // IN_FLIGHT):
                await calls[number % connections](message)

        await asyncio.gather(*(call(message) for call in calls))
        started = time.perf_counter()
        await asyncio.gather(*(worker(number) for number in range(IN_FLIGHT)))
        return CALLS // IN_FLIGHT * IN_FLIGHT / (time.perf_counter() - started)
