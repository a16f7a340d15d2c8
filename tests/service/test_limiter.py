"""The limit of calls in flight is exact, whatever becomes of the calls."""

from __future__ import annotations

import asyncio
import random

import grpc
import pytest
from google.protobuf import json_format
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from swapin.service.limiter import Limiter
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc, fault_pb2

LIMIT = 8
WAVES = 25
CALLS = 3 * LIMIT
UNARY = "/swapin.v1.EvaluationService/EvaluateFault"


def stub_of(channel):
    """A stub of the evaluation service."""
    return evaluation_service_pb2_grpc.EvaluationServiceStub(channel)


async def quiet(running):
    """Wait until no call is in flight, and none that was sent is still to arrive."""
    looks = 0
    async with asyncio.timeout(20):
        while looks < 10:
            await asyncio.sleep(0.01)
            looks = 0 if running.server.limiter.unanswered else looks + 1


async def exactly_the_limit_can_run(running, channel):
    """Fill every place with a stream, be refused one more, and leave."""
    stub = stub_of(channel)
    streams = [stub.StreamEvaluateFaults(timeout=20) for _ in range(LIMIT)]
    for stream in streams:
        await stream.initial_metadata()
    assert LIMIT == running.in_flight
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.EvaluateFault(pb.EvaluateFaultRequest(), timeout=20)
    assert grpc.StatusCode.RESOURCE_EXHAUSTED == refused.value.code()
    for stream in streams:
        await stream.done_writing()
        assert grpc.StatusCode.OK == await stream.code()
    assert 0 == running.in_flight


class Wave:
    """Calls that end in every way that a call can end."""

    def __init__(self, running, channel, fault, many, dice):
        self._address = running.address
        self._stub = stub_of(channel)
        self._channel = channel
        self._fault = fault
        self._many = many
        self._dice = dice

    async def run(self):
        """So many calls at once; what they answer does not matter here."""
        ways = [
            getattr(self, name)
            for name in sorted(dir(self))
            if not name.startswith("_") and name != "run"
        ]
        calls = [self._dice.choice(ways)() for _ in range(CALLS)]
        await asyncio.gather(*calls, return_exceptions=True)

    async def answered(self):
        await self._stub.EvaluateFault(pb.EvaluateFaultRequest(fault=self._fault), timeout=10)

    async def refused(self):
        await self._stub.EvaluateFault(pb.EvaluateFaultRequest(), timeout=10)

    async def garbage(self):
        await self._channel.unary_unary(UNARY)(b"\xff\xff", timeout=10)

    async def unknown_method(self):
        await self._channel.unary_unary("/swapin.v1.EvaluationService/Guess")(b"", timeout=10)

    async def cancelled_unary(self):
        call = self._stub.EvaluateFault(pb.EvaluateFaultRequest(fault=self._fault), timeout=10)
        await asyncio.sleep(self._dice.random() * 0.01)
        call.cancel()

    async def late(self):
        request = pb.BatchEvaluateFaultsRequest(faults=self._many, depth="DEPTH_RULES")
        await self._stub.BatchEvaluateFaults(request, timeout=0.001 + self._dice.random() * 0.05)

    async def cancelled_batch(self):
        request = pb.BatchEvaluateFaultsRequest(faults=self._many, depth="DEPTH_RULES")
        call = self._stub.BatchEvaluateFaults(request, timeout=10)
        await asyncio.sleep(self._dice.random() * 0.05)
        call.cancel()

    async def request_never_comes(self):
        call = self._channel.stream_unary(UNARY)(timeout=10)
        await asyncio.sleep(self._dice.random() * 0.02)
        call.cancel()

    async def request_never_comes_in_time(self):
        await self._channel.stream_unary(UNARY)(timeout=0.03)

    async def finished_stream(self):
        stream = self._stub.StreamEvaluateFaults(timeout=10)
        await stream.write(pb.StreamEvaluateFaultsRequest(faults=[self._fault] * 3))
        await stream.read()
        await stream.done_writing()
        await stream.code()

    async def cancelled_stream(self):
        stream = self._stub.StreamEvaluateFaults(timeout=10)
        await stream.write(pb.StreamEvaluateFaultsRequest(faults=[self._fault] * 500))
        await asyncio.sleep(self._dice.random() * 0.02)
        stream.cancel()

    async def stream_past_its_deadline(self):
        stream = self._stub.StreamEvaluateFaults(timeout=0.02)
        await stream.write(pb.StreamEvaluateFaultsRequest(faults=[self._fault] * 50))
        await stream.code()

    async def stream_that_nobody_reads(self):
        stream = self._stub.StreamEvaluateFaults(timeout=0.2)
        for _ in range(20):
            await stream.write(
                pb.StreamEvaluateFaultsRequest(faults=[self._fault] * 300, depth="DEPTH_RULES")
            )

    async def disconnected(self):
        options = (("grpc.use_local_subchannel_pool", 1),)
        async with grpc.aio.insecure_channel(self._address, options=options) as channel:
            streams = [stub_of(channel).StreamEvaluateFaults() for _ in range(2)]
            await streams[0].write(pb.StreamEvaluateFaultsRequest(faults=[self._fault] * 100))


def test_waves(serving, late_write, distinct):
    """After each wave of more calls than the limit, no place is lost and none is gained."""
    fault, *many = (
        json_format.ParseDict(description, fault_pb2.Fault())
        for description in [late_write, *distinct(2000)]
    )

    async def main():
        dice = random.Random(7)
        most = 0
        async with (
            serving(max_concurrent=LIMIT) as running,
            grpc.aio.insecure_channel(running.address) as channel,
        ):

            async def watch():
                nonlocal most
                while True:
                    most = max(most, running.in_flight)
                    await asyncio.sleep(0)

            watching = asyncio.ensure_future(watch())
            for _ in range(WAVES):
                await Wave(running, channel, fault, many, dice).run()
                await quiet(running)
                assert 0 == running.in_flight
                await exactly_the_limit_can_run(running, channel)
            watching.cancel()
            codes = {line["code"] for line in running.logged("call_finished")}
        return most, codes

    most, codes = asyncio.run(main())
    assert LIMIT == most
    # The waves did what they are for.
    assert {
        "OK",
        "INVALID_ARGUMENT",
        "CANCELLED",
        "DEADLINE_EXCEEDED",
        "RESOURCE_EXHAUSTED",
        "UNIMPLEMENTED",
    } == codes


def test_one_at_a_time_is_never_refused(serving):
    """With one place, a client that waits for each answer finds the place free each time."""

    async def main():
        async with (
            serving(max_concurrent=1) as running,
            grpc.aio.insecure_channel(running.address) as channel,
        ):
            codes = set()
            for _ in range(300):
                try:
                    await stub_of(channel).EvaluateFault(pb.EvaluateFaultRequest(), timeout=5)
                except grpc.aio.AioRpcError as error:
                    codes.add(error.code())
            return codes

    assert {grpc.StatusCode.INVALID_ARGUMENT} == asyncio.run(main())


def test_refusal_says_when_to_try_again(serving):
    """One call too many is refused at once, before its request came, with RetryInfo."""

    async def main():
        async with (
            serving(max_concurrent=1) as running,
            grpc.aio.insecure_channel(running.address) as channel,
        ):
            stream = stub_of(channel).StreamEvaluateFaults(timeout=10)
            await stream.initial_metadata()
            call = channel.stream_unary(UNARY)(timeout=10)
            async with asyncio.timeout(2):
                code = await call.code()
            status = await rpc_status.aio.from_call(call)
            stream.cancel()
            return code, status

    code, status = asyncio.run(main())
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(retry)
    assert (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_CALLS") == (code, info.reason)
    assert 0 < retry.retry_delay.ToMilliseconds() <= 1000


def test_health_is_exempt(serving):
    """A full server still says that it lives."""

    async def main():
        async with (
            serving(max_concurrent=1) as running,
            grpc.aio.insecure_channel(running.address) as channel,
        ):
            stream = stub_of(channel).StreamEvaluateFaults(timeout=10)
            await stream.initial_metadata()
            health = health_pb2_grpc.HealthStub(channel)
            answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=5)
            stream.cancel()
            return answer.status, running.in_flight

    assert (health_pb2.HealthCheckResponse.SERVING, 1) == asyncio.run(main())


def test_limit_of_nothing_is_refused():
    """A limit that lets nobody in is a mistake."""
    with pytest.raises(ValueError, match="at least 1"):
        Limiter(0)
