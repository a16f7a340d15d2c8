"""``swapin serve``: starts, says where, drains, and exits as documented."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time

import grpc
import pytest
from google.protobuf import json_format
from grpc_health.v1 import health_pb2, health_pb2_grpc

from swapin.service.client import Client, ServiceError
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc, fault_pb2


def run_command(*arguments):
    """Run ``swapin serve`` where it must not start; its exit code and log lines."""
    done = subprocess.run(
        [sys.executable, "-m", "swapin", "serve", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


def refused_soon(address, description):
    """The code of the first call that is refused."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            with Client(address) as late:
                late.evaluate(description)
        except ServiceError as error:
            return error.code
    return "never refused"


def test_same_bytes_as_the_library(start_command, program, late_write):
    """The command's server answers as the library does, and logs only JSON lines."""
    command = start_command()
    with Client(command.address) as client:
        client.wait_ready()
        assert program.evaluate(late_write).to_json() == client.evaluate(late_write).to_json()
    (listening,) = command.logged("listening")

    assert command.address == listening["address"]


def test_accepted_calls_finish(start_command, late_write, distinct):
    """After SIGTERM a stream and a batch finish, health watchers are told, the exit code is 0."""
    command = start_command("--drain-seconds", "300")
    fault = json_format.ParseDict(late_write, fault_pb2.Fault())
    message = pb.StreamEvaluateFaultsRequest(faults=[fault])
    many = [json_format.ParseDict(d, fault_pb2.Fault()) for d in distinct(300)]
    go_on = threading.Event()
    options = (("grpc.max_receive_message_length", -1),)

    def requests():
        yield message
        go_on.wait(20)
        yield message

    with grpc.insecure_channel(command.address, options=options) as channel:
        stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        told = [next(watch).status]
        stream = stub.StreamEvaluateFaults(requests(), timeout=200)
        answers = [next(stream)]
        batch = stub.BatchEvaluateFaults.future(
            pb.BatchEvaluateFaultsRequest(faults=many, depth="DEPTH_RULES"), timeout=200
        )
        time.sleep(0.2)
        command.process.send_signal(signal.SIGTERM)
        told.append(next(watch).status)
        assert command.process.poll() is None
        assert "UNAVAILABLE" == refused_soon(command.address, late_write)
        go_on.set()
        answers += list(stream)
        results = batch.result().results

    assert 0 == command.process.wait(10)
    assert [
        health_pb2.HealthCheckResponse.SERVING,
        health_pb2.HealthCheckResponse.NOT_SERVING,
    ] == told
    assert [1, 1] == [len(answer.results) for answer in answers]
    assert 300 == len(results)
    assert {"OK"} == {line["code"] for line in command.logged("call_finished")}
    (draining,) = command.logged("draining")
    assert 2 == draining["unanswered"]
    (stopped,) = command.logged("stopped")
    assert 0 == stopped["cancelled"]
    # A watcher never ends by itself; it must not use up the time for draining.
    assert stopped["duration_ms"] < 250_000


def test_draining_has_an_end(start_command, late_write):
    """A call that does not finish is cancelled after the drain time; the exit code is 0."""
    command = start_command("--drain-seconds", "0.5")
    fault = json_format.ParseDict(late_write, fault_pb2.Fault())
    never = threading.Event()

    def requests():
        yield pb.StreamEvaluateFaultsRequest(faults=[fault])
        never.wait(20)

    with grpc.insecure_channel(command.address) as channel:
        stream = evaluation_service_pb2_grpc.EvaluationServiceStub(channel).StreamEvaluateFaults(
            requests()
        )
        next(stream)
        command.process.terminate()
        assert 0 == command.process.wait(5)
        with pytest.raises(grpc.RpcError):
            next(stream)
        never.set()

    (stopped,) = command.logged("stopped")
    assert 1 == stopped["cancelled"]
    assert 1 == len(command.logged("call_finished"))
    assert 500 <= stopped["duration_ms"] < 2500


@pytest.mark.parametrize(
    ("number", "workers"), [(signal.SIGINT, 1), (signal.SIGTERM, 1), (signal.SIGTERM, 2)]
)
def test_second_signal_ends_the_draining(start_command, late_write, number, workers):
    """Who sends two signals does not want to wait."""
    command = start_command("--drain-seconds", "60", "--workers", str(workers))
    fault = json_format.ParseDict(late_write, fault_pb2.Fault())
    never = threading.Event()

    def requests():
        yield pb.StreamEvaluateFaultsRequest(faults=[fault])
        never.wait(20)

    with grpc.insecure_channel(command.address) as channel:
        stream = evaluation_service_pb2_grpc.EvaluationServiceStub(channel).StreamEvaluateFaults(
            requests()
        )
        next(stream)
        command.process.send_signal(number)
        time.sleep(0.3)
        assert command.process.poll() is None
        command.process.send_signal(number)
        assert 0 == command.process.wait(5)
        never.set()

    told = [line["signal"] for line in command.logged("signal_received")]
    # A worker without calls has ended before the second.
    assert told in [[number.name] * times for times in range(2, 2 * workers + 1)]
    assert 1 == sum(line.get("cancelled", 0) for line in command.logged("stopped"))


def test_idle_server_stops_at_once(start_command):
    """With nothing to finish, stopping takes no time."""
    command = start_command()
    command.process.terminate()

    assert 0 == command.process.wait(5)
    assert command.logged("stopped")[0]["duration_ms"] < 1500


def test_port_that_is_taken():
    """A taken port is exit code 2 and one line that says so, not a second server on the port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, log = run_command("--listen", f"127.0.0.1:{taken.getsockname()[1]}")

    assert 2 == code
    (line,) = [json.loads(line) for line in log.splitlines()]
    assert "cannot_listen" == line["event"]
    assert "taken" in line["reason"]


def test_port_of_another_server(start_command):
    """Two servers do not share a port."""
    code, _ = run_command("--listen", start_command().address)

    assert 2 == code


@pytest.mark.parametrize(
    "address", ["50051", "localhost", "127.0.0.1:", ":50051", "::1:5", "h:99999", "a b:1"]
)
def test_malformed_address(address):
    """An address that cannot be one is exit code 2."""
    code, log = run_command("--listen", address)

    assert 2 == code
    assert address in log


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.org:0"])
def test_other_machines_need_insecure(address):
    """Without TLS, only this machine is served unless one insists."""
    code, log = run_command("--listen", address)

    assert 2 == code
    assert "insecure" in log


def test_all_addresses_when_one_insists(start_command, late_write):
    """With --insecure the server listens wherever it is told to."""
    command = start_command("--listen", "0.0.0.0:0", "--insecure")
    with Client(f"127.0.0.1:{command.address.rpartition(':')[2]}") as client:
        assert "ANSWER_NO" == client.evaluate(late_write).outcomes["exclusive"]


@pytest.mark.parametrize(
    "argument",
    [
        ("--max-concurrent", "0"),
        ("--max-batch", "-3"),
        ("--drain-seconds", "nan"),
        ("--max-message-bytes", "x"),
    ],
)
def test_bad_numbers(argument):
    """A limit that makes no sense is exit code 2."""
    code, _ = run_command("--listen", "127.0.0.1:0", *argument)

    assert 2 == code


def test_limits_are_passed_on(start_command, late_write):
    """The limits of the command line are those of the server."""
    command = start_command("--max-batch", "2", "--max-concurrent", "1")
    with Client(command.address) as client:
        answers = client.evaluate_many([late_write] * 3, batch=3)
        with pytest.raises(ServiceError, match="limit is 2"):
            list(answers)


def test_broken_plugin_and_strict(start_command, tmp_path, monkeypatch, late_write):
    """A plugin that fails degrades every verdict; --strict refuses to start with exit code 3."""
    info = tmp_path / "site" / "swapin_broken-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: swapin-broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[swapin.plugins]\nbroken = no_such_module\n")
    monkeypatch.setenv("PYTHONPATH", str(info.parent), prepend=":")
    code, log = run_command("--listen", "127.0.0.1:0", "--strict")
    command = start_command()
    with Client(command.address) as client:
        verdict = client.evaluate(late_write)

    assert 3 == code
    assert "swapin-broken" in log
    assert verdict.provenance.degraded
    assert "swapin-broken" in command.logged("plugin_left_out")[0]["failure"]
