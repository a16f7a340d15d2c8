"""A million calls leave a server as large as a hundred thousand do."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from google.protobuf import json_format

from raw_client import UNARY, message, resident
from swapin.service.client import Client
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import fault_pb2

WARM, CALLS = 100_000, 1_000_000


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("h2load") is None, reason="asks for Debian's nghttp2-client")
def test_a_million_calls(start_command, tmp_path, late_write):
    """By h2load, each answered; what is resident grows by less than 8 MiB, 8 bytes a call."""
    server = start_command()
    fault = json_format.ParseDict(late_write, fault_pb2.Fault())
    body = tmp_path / "body"
    body.write_bytes(message(pb.EvaluateFaultRequest(fault=fault)))

    def load(calls):
        done = subprocess.run(
            [
                *("h2load", "-n", str(calls), "-c", "4", "-m", "16", "-d", str(body)),
                *("-H", "content-type: application/grpc", "-H", "te: trailers"),
                f"http://{server.address}{UNARY}",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"{calls} succeeded, 0 failed" in done.stdout

    load(WARM)
    before = resident(server.process.pid)
    load(CALLS)
    after = resident(server.process.pid)

    assert after - before < 8
    server.process.terminate()
    assert 0 == server.process.wait(20)
    assert WARM + CALLS == server.times("call_finished")


@pytest.mark.slow
def test_faults_that_never_come_again(start_command, distinct):
    """Answers are kept in so many bytes, however many faults there are: 200,000 that differ."""
    server = start_command()
    many = distinct(200_000)
    sizes = []
    with Client(server.address) as client:
        for part in range(0, len(many), 20_000):
            for _ in client.evaluate_many(many[part : part + 20_000]):
                pass
            sizes.append(resident(server.process.pid))

    # What is kept is full after the first half.
    assert sizes[-1] - sizes[len(sizes) // 2] < 16, sizes
