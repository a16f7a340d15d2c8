"""Clients that flood, dawdle, vanish or never begin: others are answered, memory is bounded."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time

import grpc
import h2.errors
import h2.events
import pytest
from google.protobuf import json_format
from grpc_health.v1 import health_pb2, health_pb2_grpc

from raw_client import (
    PREFACE,
    STREAM,
    UNARY,
    RawClient,
    ask,
    frame,
    message,
    resident,
    threads,
)
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc, fault_pb2

GROWTH = 48
"""MiB that a flood may cost; an unbounded one costs hundreds."""


@pytest.fixture
def fault(late_write):
    """A fault as a message."""
    return json_format.ParseDict(late_write, fault_pb2.Fault())


@pytest.fixture
def unharmed(fault):
    """A context in which a server process may not grow, and answers somebody else all along."""

    @contextlib.contextmanager
    def watch(command, growth=GROWTH):
        pid = command.process.pid
        with grpc.insecure_channel(command.address) as channel:
            for _ in range(200):
                ask(channel, fault)
            before, most, failed = resident(pid), 0.0, []
            over = threading.Event()

            def others():
                nonlocal most
                while not over.is_set():
                    try:
                        ask(channel, fault)
                    except grpc.RpcError as error:
                        failed.append(error)
                    most = max(most, resident(pid))
                    over.wait(0.02)

            watcher = threading.Thread(target=others)
            watcher.start()
            try:
                yield
            finally:
                over.set()
                watcher.join(60)
            ask(channel, fault)
        assert not failed
        assert max(most, resident(pid)) - before < growth

    return watch


@pytest.mark.slow
def test_rapid_reset(start_command, unharmed):
    """Calls that are taken back at once (CVE-2023-44487) never fill the places of others."""
    command = start_command("--max-concurrent", "16")
    with unharmed(command):
        for _ in range(5):
            with RawClient(command.address) as client:
                for _ in range(2000):
                    stream = client.call(UNARY)
                    client.http.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
                    try:
                        client.flush()
                    except OSError:
                        # Told to go.
                        break
    command.process.terminate()
    assert 0 == command.process.wait(30)
    # What became of a call is told of each, and the last lines say that none was left.
    assert 0 == command.logged("stopped")[0]["cancelled"]


def test_ping_flood(start_command, unharmed):
    """Who pings more often than every ten seconds is told to go."""
    command = start_command()
    with unharmed(command), RawClient(command.address) as client:
        client.flood(frame(6, payload=b"flooding") * 100, 200)
        assert client.closed()


@pytest.mark.slow
def test_settings_flood(start_command, unharmed):
    """Settings ask for acknowledgements that nobody reads; they do not pile up."""
    command = start_command()
    with unharmed(command), RawClient(command.address) as client:
        client.flood(frame(4) * 1000, 1000)


@pytest.mark.slow
def test_continuation_flood(start_command, unharmed):
    """Headers without end are read and dropped past the limit, and never become a call."""
    command = start_command()
    # Of 300 MiB that are sent; what is read at once is large, and given back.
    with unharmed(command, growth=150), RawClient(command.address) as client:
        client.socket.sendall(frame(1, stream=1, payload=b"\x00\x01a\x01b"))
        header = b"\x00\x05x-pad\x7f\x81\x07" + b"v" * 1024
        assert 3000 == client.flood(frame(9, stream=1, payload=header) * 100, 3000)
    command.process.terminate()
    assert 0 == command.process.wait(30)
    assert {"OK"} == {line["code"] for line in command.logged("call_finished")}


def test_nobody_reads_the_answers(start_command, unharmed, fault):
    """A stream whose answers nobody takes stops being read, whatever is sent on it."""
    command = start_command()
    sent = message(pb.StreamEvaluateFaultsRequest(faults=[fault] * 500))
    with unharmed(command), RawClient(command.address, window=0) as client:
        stream = client.call(STREAM)
        client.flush()
        offered = taken = 0
        quiet = False
        while not quiet and offered < 500:
            offered += 1
            data = sent
            while data and not quiet:
                room = min(client.http.local_flow_control_window(stream), 16_384)
                if room:
                    client.http.send_data(stream, data[:room])
                    client.flush()
                    taken += room
                    data = data[room:]
                    continue
                try:
                    client.read(seconds=2)
                except TimeoutError:
                    quiet = True

    assert quiet
    assert taken < 2 * 1024 * 1024


def test_a_byte_at_a_time(start_command, unharmed, fault):
    """A call that comes in single bytes is answered, and so are others meanwhile."""
    command = start_command()
    with unharmed(command), RawClient(command.address) as client:
        stream = client.call(UNARY)
        client.http.send_data(
            stream, message(pb.EvaluateFaultRequest(fault=fault)), end_stream=True
        )
        for byte in client.http.data_to_send():
            client.socket.sendall(bytes([byte]))
            time.sleep(0.005)
        data = client.read_until(h2.events.DataReceived)

    assert pb.EvaluateFaultResponse.FromString(data.data[5:]).verdict.outcomes.exclusive


def test_idle_streams(start_command, fault):
    """Streams at rest take a place each and no thread; unary calls are not queued behind them."""
    command = start_command("--max-concurrent", "201")

    async def main():
        options = (("grpc.use_local_subchannel_pool", 1),)
        async with grpc.aio.insecure_channel(command.address, options=options) as channel:
            stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
            request = pb.EvaluateFaultRequest(fault=fault)
            await stub.EvaluateFault(request, timeout=20)
            before = threads(command.process.pid)
            streams = [stub.StreamEvaluateFaults() for _ in range(200)]
            for stream in streams:
                await stream.initial_metadata()
            for _ in range(50):
                await stub.EvaluateFault(request, timeout=20)
            more = threads(command.process.pid) - before
            for stream in streams:
                await stream.done_writing()
            codes = {await stream.code() for stream in streams}
        return more, codes

    more, codes = asyncio.run(main())
    assert more < 10
    assert {grpc.StatusCode.OK} == codes


def test_many_connections_that_say_nothing(serving, fault):
    """Connections without a byte, or cut off in the preface, are ended; others are answered."""

    async def main():
        async with (
            serving(handshake_seconds=1) as running,
            grpc.aio.insecure_channel(running.address) as channel,
        ):
            host, _, port = running.address.rpartition(":")
            silent = [socket.create_connection((host, int(port))) for _ in range(150)]
            for half in silent[::2]:
                half.sendall(PREFACE[:10])
            stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
            for _ in range(20):
                await stub.EvaluateFault(pb.EvaluateFaultRequest(fault=fault), timeout=20)
            ended = await asyncio.gather(*(asyncio.to_thread(_ends, one) for one in silent))
            for one in silent:
                one.close()
            return ended

    assert {True} == set(asyncio.run(main()))


def _ends(one, seconds=30.0):
    """Whether the server closes the connection."""
    one.settimeout(seconds)
    try:
        while one.recv(4096):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def test_a_client_that_vanished(serving, fault):
    """A stream whose client says no more, without a goodbye, gives its place back."""

    async def main():
        options = {"keepalive_seconds": 1, "keepalive_timeout_seconds": 1}
        async with serving(max_concurrent=1, **options) as running:
            # Reads nothing, and so answers no ping: as a machine without power.
            with RawClient(running.address) as gone:
                gone.call(STREAM)
                gone.flush()
                async with asyncio.timeout(10):
                    while not running.in_flight:
                        await asyncio.sleep(0.01)
                async with asyncio.timeout(30):
                    while running.in_flight:
                        await asyncio.sleep(0.05)
            async with grpc.aio.insecure_channel(running.address) as channel:
                stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
                await stub.EvaluateFault(pb.EvaluateFaultRequest(fault=fault), timeout=20)

    asyncio.run(main())


@pytest.mark.slow
def test_huge_messages(start_command, unharmed, fault):
    """Messages over the limit are refused by their length, before they are collected."""
    command = start_command("--max-message-bytes", "65536")
    huge = b"\0" * (16 * 1024 * 1024)
    with unharmed(command), grpc.insecure_channel(command.address) as channel:
        for _ in range(20):
            with pytest.raises(grpc.RpcError) as refused:
                channel.unary_unary(UNARY)(huge, timeout=20)
            assert grpc.StatusCode.RESOURCE_EXHAUSTED == refused.value.code()


@pytest.mark.slow
def test_many_connections_of_one_client(start_command, unharmed):
    """Each with a call: past the limit they are refused at once, and health is still answered."""
    command = start_command("--max-concurrent", "32")
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(RawClient(command.address)) for _ in range(100)]
        for client in clients:
            client.call(STREAM)
            client.flush()
        codes = [_code(client) for client in clients]
        channel = stack.enter_context(grpc.insecure_channel(command.address))
        health = health_pb2_grpc.HealthStub(channel)
        assert 1 == health.Check(health_pb2.HealthCheckRequest(), timeout=20).status
    assert 32 == codes.count(None)
    assert 68 == codes.count("8")
    with unharmed(command):
        pass


def _code(client):
    """The status of a call that was refused; ``None`` for one that goes on."""
    while True:
        for event in client.read(seconds=20):
            if isinstance(event, h2.events.TrailersReceived | h2.events.ResponseReceived):
                return dict(event.headers).get("grpc-status")
