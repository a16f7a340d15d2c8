"""A call that nobody waits for any more stops its work, not just its answer."""

from __future__ import annotations

import functools
import threading
import time

import grpc
import pytest
from google.protobuf import json_format

from swapin.service import analysis
from swapin.v1 import analysis_service_pb2 as analysis_pb
from swapin.v1 import analysis_service_pb2_grpc as analysis_grpc
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc as pb_grpc
from swapin.v1 import fault_pb2

MANY = 4000


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


class Ends(list):
    """How each analysis ended, in the thread that does it, which begins when the client is gone."""

    def __init__(self):
        super().__init__()
        self.gone = threading.Event()


@pytest.fixture
def ends(monkeypatch):
    found = Ends()

    def watched(work):
        @functools.wraps(work)
        def run(*args, **named):
            assert found.gone.wait(20)
            try:
                answer = work(*args, **named)
            except BaseException as error:
                found.append(type(error).__name__)
                raise
            found.append("finished")
            return answer

        return run

    for name in ("check", "diff", "reach", "explore"):
        monkeypatch.setattr(analysis, name, watched(getattr(analysis, name)))
    return found


SIDE = analysis_pb.Side(kernel="7.3")
ASKED = {
    "Check": analysis_pb.CheckRequest(),
    "Diff": analysis_pb.DiffRequest(before=analysis_pb.Side(kernel="5.10"), after=SIDE),
    "Reach": analysis_pb.ReachRequest(query="folio.ksm & pte.swp_exclusive"),
    "Explore": analysis_pb.ExploreRequest(side=SIDE, steps=12),
}


@pytest.mark.parametrize("left", ["cancelled", "too late"])
@pytest.mark.parametrize("method", ASKED)
def test_analyses_stop(start_server, ends, method, left, caplog):
    """The thread gives up at its next look; the place is free and the line tells why."""
    server = start_server()
    with grpc.insecure_channel(server.address) as channel:
        stub = analysis_grpc.AnalysisServiceStub(channel)
        call = getattr(stub, method)(ASKED[method], timeout=None if left == "cancelled" else 1)
        next(call)
        if left == "cancelled":
            call.cancel()
        with pytest.raises(grpc.RpcError):
            list(call)
        ends.gone.set()
        until(lambda: ends and not server.in_flight)

    assert ["_Unwanted"] == ends
    (line,) = server.calls(1)
    assert {"cancelled": "CANCELLED", "too late": "DEADLINE_EXCEEDED"}[left] == line["code"]
    assert [] == [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("left", ["cancelled", "too late"])
def test_streams_stop(start_server, distinct, left, caplog):
    """Faults that nobody waits for are not evaluated."""
    faults = [json_format.ParseDict(d, fault_pb2.Fault()) for d in distinct(MANY)]
    request = pb.StreamEvaluateFaultsRequest(faults=faults, depth="DEPTH_RULES")
    server = start_server(max_answer_bytes=1 << 30)
    with grpc.insecure_channel(server.address) as channel:
        stub = pb_grpc.EvaluationServiceStub(channel)
        call = stub.StreamEvaluateFaults(
            iter([request]), timeout=None if left == "cancelled" else 0.2
        )
        # The answer to its beginning: the server has it.
        assert call.initial_metadata()
        if left == "cancelled":
            call.cancel()
        (line,) = server.calls(1)
        until(lambda: not server.in_flight)

    assert {"cancelled": "CANCELLED", "too late": "DEADLINE_EXCEEDED"}[left] == line["code"]
    assert [] == [record.getMessage() for record in caplog.records]
    assert line["faults"] < MANY
