"""Batches and streams: limits, order, errors in their place, deadlines."""

from __future__ import annotations

import asyncio
import time

import grpc
import pytest
from google.protobuf import json_format
from grpc_status import rpc_status

from swapin.model import Depth, FaultError
from swapin.service import errors
from swapin.service.answers import Answers
from swapin.service.wire_verdict import verdict_from_proto, verdict_to_proto
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc, fault_pb2


def stub_of(channel):
    """A stub of the evaluation service."""
    return evaluation_service_pb2_grpc.EvaluationServiceStub(channel)


def messages_of(descriptions):
    """The messages of descriptions."""
    return [json_format.ParseDict(d, fault_pb2.Fault()) for d in descriptions]


def results_of(program, descriptions, depth=Depth.DECIDING):
    """What the library says of each description, as results of the API."""
    for description in descriptions:
        try:
            yield pb.Result(verdict=verdict_to_proto(program.evaluate(description, depth)))
        except FaultError as error:
            yield pb.Result(error=errors.bad_fault(error))


def test_batch_answers_as_the_library(start_server, program, descriptions):
    """One result a fault, in order; a bad one has its error in its place."""
    with grpc.insecure_channel(start_server().address) as channel:
        answer = stub_of(channel).BatchEvaluateFaults(
            pb.BatchEvaluateFaultsRequest(faults=messages_of(descriptions)), timeout=30
        )

    assert list(results_of(program, descriptions)) == list(answer.results)
    assert {"verdict", "error"} == {result.WhichOneof("result") for result in answer.results}


def test_stream_answers_message_by_message(start_server, program, descriptions):
    """One response a request, in order, of any sizes; a bad fault never ends the stream."""
    chunks = [descriptions[:1], (), descriptions[1:200], descriptions[200:]]
    requests = (pb.StreamEvaluateFaultsRequest(faults=messages_of(chunk)) for chunk in chunks)
    with grpc.insecure_channel(start_server().address) as channel:
        answers = list(stub_of(channel).StreamEvaluateFaults(requests, timeout=30))

    assert [list(results_of(program, chunk)) for chunk in chunks] == [
        list(answer.results) for answer in answers
    ]


def test_stream_answers_before_it_ends(start_server, late_write):
    """Each answer comes while the stream is still open."""

    async def main(address):
        async with grpc.aio.insecure_channel(address) as channel:
            stream = stub_of(channel).StreamEvaluateFaults(timeout=10)
            counts = []
            for count in (1, 3, 2):
                faults = messages_of([late_write] * count)
                await stream.write(pb.StreamEvaluateFaultsRequest(faults=faults))
                counts.append(len((await stream.read()).results))
            await stream.done_writing()
            return counts, await stream.code()

    assert ([1, 3, 2], grpc.StatusCode.OK) == asyncio.run(main(start_server().address))


@pytest.mark.parametrize("depth", list(Depth))
def test_depth_is_passed_on(start_server, program, late_write, depth):
    """The explanation is as deep as was asked."""
    with grpc.insecure_channel(start_server().address) as channel:
        answer = stub_of(channel).BatchEvaluateFaults(
            pb.BatchEvaluateFaultsRequest(
                faults=messages_of([late_write]), depth=f"DEPTH_{depth.name}"
            ),
            timeout=10,
        )

    assert list(results_of(program, [late_write], depth)) == list(answer.results)


def test_batch_limit(start_server, late_write):
    """As many faults as the limit are taken; one more is refused, in batch and stream."""
    faults = messages_of([late_write] * 11)
    with grpc.insecure_channel(start_server(max_batch=10).address) as channel:
        stub = stub_of(channel)
        taken = stub.BatchEvaluateFaults(pb.BatchEvaluateFaultsRequest(faults=faults[:10]))
        with pytest.raises(grpc.RpcError) as batch:
            stub.BatchEvaluateFaults(pb.BatchEvaluateFaultsRequest(faults=faults))
        with pytest.raises(grpc.RpcError) as stream:
            list(stub.StreamEvaluateFaults(iter([pb.StreamEvaluateFaultsRequest(faults=faults)])))

    assert 10 == len(taken.results)
    for refused in (batch, stream):
        status = rpc_status.from_call(refused.value)
        assert grpc.StatusCode.INVALID_ARGUMENT == refused.value.code()
        assert "BATCH_TOO_LARGE" == errors.reason_of(status)


def test_default_batch_fits_the_default_answer(start_server, late_write):
    """The largest batch that is allowed can be answered at the default depth."""
    request = pb.BatchEvaluateFaultsRequest(faults=messages_of([late_write]) * 10_000)
    options = (("grpc.max_receive_message_length", -1),)
    with grpc.insecure_channel(start_server().address, options=options) as channel:
        assert 10_000 == len(stub_of(channel).BatchEvaluateFaults(request, timeout=60).results)


def test_answer_limit(start_server, late_write):
    """An answer that grows too large is given up with a reason, not sent."""
    request = pb.BatchEvaluateFaultsRequest(faults=messages_of([late_write] * 1000))
    address = start_server(max_answer_bytes=50_000).address
    with grpc.insecure_channel(address) as channel, pytest.raises(grpc.RpcError) as refused:
        stub_of(channel).BatchEvaluateFaults(request, timeout=10)

    assert grpc.StatusCode.RESOURCE_EXHAUSTED == refused.value.code()
    assert "ANSWER_TOO_LARGE" == errors.reason_of(rpc_status.from_call(refused.value))


def test_message_limit(start_server, late_write):
    """A request message that is too large is refused by size alone."""
    request = pb.BatchEvaluateFaultsRequest(faults=messages_of([late_write] * 1000))
    address = start_server(max_message_bytes=10_000).address
    with grpc.insecure_channel(address) as channel, pytest.raises(grpc.RpcError) as refused:
        stub_of(channel).BatchEvaluateFaults(request, timeout=10)

    assert grpc.StatusCode.RESOURCE_EXHAUSTED == refused.value.code()


@pytest.mark.parametrize("way", ["deadline", "cancel"])
def test_batch_stops_working_when_nobody_waits(start_server, distinct, way):
    """A batch whose deadline passed, or whose client left, is not finished."""
    running = start_server(max_answer_bytes=2**31 - 1)
    request = pb.BatchEvaluateFaultsRequest(
        faults=messages_of(distinct(10_000)), depth="DEPTH_PROSE"
    )
    with grpc.insecure_channel(running.address) as channel:
        stub = stub_of(channel)
        if way == "deadline":
            with pytest.raises(grpc.RpcError) as refused:
                stub.BatchEvaluateFaults(request, timeout=0.2)
            assert grpc.StatusCode.DEADLINE_EXCEEDED == refused.value.code()
        else:
            call = stub.BatchEvaluateFaults.future(request, timeout=60)
            time.sleep(0.2)
            call.cancel()
        (line,) = running.calls(1)

    assert {"deadline": "DEADLINE_EXCEEDED", "cancel": "CANCELLED"}[way] == line["code"]
    assert 0 < line["faults"] < 10_000


def test_others_are_answered_during_a_batch(start_server, late_write, distinct):
    """A long batch leaves other calls their turn."""
    running = start_server(max_answer_bytes=2**31 - 1)
    options = (("grpc.max_receive_message_length", -1),)
    (fault,) = messages_of([late_write])
    long = pb.BatchEvaluateFaultsRequest(faults=messages_of(distinct(10_000)), depth="DEPTH_PROSE")
    with grpc.insecure_channel(running.address, options=options) as channel:
        stub = stub_of(channel)
        stub.EvaluateFault(pb.EvaluateFaultRequest(fault=fault), timeout=10)
        call = stub.BatchEvaluateFaults.future(long, timeout=60)
        while not running.in_flight:
            time.sleep(0.001)
        for _ in range(3):
            stub.EvaluateFault(pb.EvaluateFaultRequest(fault=fault), timeout=30)
        unfinished = not call.done()
        call.cancel()

    assert unfinished


def test_kept_answers_are_the_programs(program, descriptions):
    """A fault that comes again gets the same answer, at its depth, and memory is bounded."""
    answers = Answers(program, kept_bytes=20_000)
    for _ in range(2):
        for depth in (Depth.NONE, Depth.DECIDING):
            expected = list(results_of(program, descriptions[:60], depth))
            found = [answers.answer(f, depth).result for f in messages_of(descriptions[:60])]
            assert expected == found
            assert answers.kept_bytes <= 20_000


def test_answers_are_kept(program, late_write):
    """A fault that comes again is not evaluated again; one too large to keep is."""
    (fault,) = messages_of([late_write])
    answers = Answers(program)
    assert answers.answer(fault, Depth.DECIDING) is answers.answer(fault, Depth.DECIDING)
    assert answers.answer(fault, Depth.DECIDING) is not answers.answer(fault, Depth.NONE)
    nothing = Answers(program, kept_bytes=0)
    assert nothing.answer(fault, Depth.NONE) is not nothing.answer(fault, Depth.NONE)


def test_bytes_that_were_given_before(start_server, program, late_write):
    """Asked again, or written otherwise, a fault has the same answer, and each call its line."""
    server = start_server()
    fault = messages_of([late_write])[0]
    request = pb.EvaluateFaultRequest(fault=fault).SerializeToString()
    # The same message: protobuf puts together what comes in parts.
    parts = pb.EvaluateFaultRequest(fault={"architecture": "x86_64"}).SerializeToString() + request
    with grpc.insecure_channel(server.address) as channel:
        ask = channel.unary_unary("/swapin.v1.EvaluationService/EvaluateFault")
        answers = {ask(asked, timeout=10) for asked in (request, request, parts, parts)}

    (answer,) = answers
    told = pb.EvaluateFaultResponse.FromString(answer).verdict
    assert program.evaluate(late_write).to_json() == verdict_from_proto(told).to_json()
    assert [1] * 4 == [line["faults"] for line in server.calls(4)]


def test_bytes_of_responses(program, descriptions):
    """Results one after the other are the bytes of the response that has them all."""
    answers = Answers(program)
    found = [answers.answer(fault, Depth.DECIDING) for fault in messages_of(descriptions[:40])]
    joined = b"".join(one.in_response for one in found)
    results = [one.result for one in found]

    for message in (pb.BatchEvaluateFaultsResponse, pb.StreamEvaluateFaultsResponse):
        assert message(results=results).SerializeToString() == joined
