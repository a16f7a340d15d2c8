"""The wall clock steps; durations, deadlines and quotas do not."""

from __future__ import annotations

import hashlib
import queue
import time
from pathlib import Path

import grpc
import pytest
from google.protobuf import json_format

from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc, fault_pb2

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
DAY = 86_400
TOKENS = """[clients.greedy]
sha256 = "{greedy}"
roles = ["evaluate"]
calls_per_second = 0.001

[clients.steady]
sha256 = "{steady}"
roles = ["evaluate"]
"""


def bearer(token):
    return (("authorization", f"bearer {token}"),)


@pytest.mark.skipif(LIBRARY is None, reason="asks for Debian's faketime")
def test_steps_of_the_wall_clock(start_command, tmp_path, monkeypatch, late_write, distinct):
    """A day forward and two back, while a stream with a deadline is open."""
    clock, tokens = tmp_path / "clock", tmp_path / "tokens.toml"

    def step(seconds):
        clock.write_text(f"{seconds:+d}\n")

    step(0)
    names = ("greedy", "steady")
    digests = {name: hashlib.sha256(name.encode()).hexdigest() for name in names}
    tokens.write_text(TOKENS.format(**digests))
    monkeypatch.setenv("LD_PRELOAD", str(LIBRARY))
    monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(clock))
    monkeypatch.setenv("FAKETIME_NO_CACHE", "1")
    monkeypatch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
    server = start_command("--tokens", str(tokens))
    monkeypatch.undo()

    fault = json_format.ParseDict(late_write, fault_pb2.Fault())
    one = pb.EvaluateFaultRequest(fault=fault)
    # Enough of them for several slices, between which the deadline is looked at.
    many = [json_format.ParseDict(d, fault_pb2.Fault()) for d in distinct(2000)]
    with grpc.insecure_channel(server.address) as channel:
        stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
        assert stub.EvaluateFault(one, timeout=60, metadata=bearer("greedy"))

        parts = queue.SimpleQueue()
        answers = stub.StreamEvaluateFaults(
            iter(parts.get, None), timeout=120, metadata=bearer("steady")
        )
        for number, offset in enumerate((0, DAY, -DAY)):
            part = pb.StreamEvaluateFaultsRequest(faults=many[number::3])
            step(offset)
            parts.put(part)
            assert len(part.faults) == len(next(answers).results)
        parts.put(None)
        assert [] == list(answers)
        for offset in (0, DAY, -DAY, 0):
            step(offset)
            assert stub.EvaluateFault(one, timeout=60, metadata=bearer("steady"))
            with pytest.raises(grpc.RpcError) as refused:
                stub.EvaluateFault(one, timeout=60, metadata=bearer("greedy"))
            assert grpc.StatusCode.RESOURCE_EXHAUSTED == refused.value.code()
            time.sleep(0.1)
    server.process.terminate()
    assert 0 == server.process.wait(20)
    lines = server.logged("call_finished")

    assert 10 == len(lines)
    assert all(0 < line["duration_us"] < 300_000_000 for line in lines)
    # The clock did step.
    assert 3 == len({line["timestamp"][:10] for line in lines})
    assert server.logged("stopped")[0]["duration_ms"] < 60_000
