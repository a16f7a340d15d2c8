"""Several processes on one port: what one loses, the others do not."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack

import grpc
import pytest
from google.protobuf import json_format

from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc, fault_pb2

OWN_CONNECTION = (("grpc.use_local_subchannel_pool", 1),)
"""Channels of a process share connections if they may."""


def _until(condition, seconds=30):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def two(start_command):
    """Two workers, and their process numbers by worker."""
    command = start_command("--workers", "2")
    return command, {line["worker"]: line["pid"] for line in command.logged("worker_started")}


class Load:
    """Clients that call one after the other until told to end, each over connections of its own."""

    def __init__(self, address, description, threads=4):
        fault = json_format.ParseDict(description, fault_pb2.Fault())
        self._address, self._request = address, pb.EvaluateFaultRequest(fault=fault)
        self.failures, self.answers = [], 0
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._call) for _ in range(threads)]

    def _call(self):
        while not self._done.is_set():
            try:
                with grpc.insecure_channel(self._address, OWN_CONNECTION) as channel:
                    stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
                    for _ in range(20):
                        stub.EvaluateFault(self._request, timeout=20)
                        self.answers += 1
            except grpc.RpcError as error:
                self.failures.append(error.code())

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        for thread in self._threads:
            thread.join()


def test_both_answer(two, late_write):
    """Connections are spread by the kernel; lines say who answered."""
    command, _ = two
    with Load(command.address, late_write) as load:
        _until(lambda: {line["worker"] for line in command.logged("call_finished")} == {0, 1})
    assert not load.failures


def test_one_is_killed_under_load(two, late_write):
    """Whose connection leads to the other worker loses nothing; the killed one is replaced."""
    command, pids = two
    request = pb.EvaluateFaultRequest(fault=json_format.ParseDict(late_write, fault_pb2.Fault()))
    done, lost, answers = threading.Event(), Counter(), Counter()

    def call(name, stub):
        while not done.is_set():
            try:
                stub.EvaluateFault(request, timeout=20, metadata=(("x-request-id", name),))
                answers[name] += 1
            except grpc.RpcError as error:
                lost[name, error.code()] += 1

    with ExitStack() as stack:
        threads = []
        for number in range(12):
            channel = stack.enter_context(grpc.insecure_channel(command.address, OWN_CONNECTION))
            stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
            threads.append(threading.Thread(target=call, args=(f"client-{number}", stub)))
        for thread in threads:
            thread.start()
        try:
            _until(lambda: len(answers) == len(threads))
            _until(lambda: len(workers_of(command)) == len(threads))
            led_to = workers_of(command)
            os.kill(pids[0], signal.SIGKILL)
            _until(lambda: command.times("worker_started") == 3)
            before = dict(answers)
            _until(lambda: all(answers[name] > before[name] for name in before))
        finally:
            done.set()
            for thread in threads:
                thread.join()
    (died,) = command.logged("worker_died")

    assert (0, pids[0], -signal.SIGKILL) == (died["worker"], died["pid"], died["exit_code"])
    # Of twelve, all lead to one worker once in two thousand runs.
    assert {0, 1} == set(led_to.values())
    assert {name for name, worker in led_to.items() if worker == 0} >= {name for name, _ in lost}
    assert {grpc.StatusCode.UNAVAILABLE} >= {code for _, code in lost}
    new = command.logged("worker_started")[2]
    with Load(command.address, late_write) as load:
        _until(lambda: any(line.get("worker") == 0 for line in _after(command, new)))
    assert not load.failures


def workers_of(command):
    """Which worker answered each client, by its request id."""
    return {
        line["request_id"]: line["worker"]
        for line in command.logged("call_finished")
        if line["request_id"].startswith("client-")
    }


def _after(command, line):
    return [c for c in command.logged("call_finished") if c["timestamp"] > line["timestamp"]]


def test_sigterm_drains_both(two, late_write):
    """Every call that was accepted is answered; the status is 0 and nobody is left."""
    command, pids = two
    with Load(command.address, late_write) as load:
        _until(lambda: load.answers > 50)
        command.process.send_signal(signal.SIGTERM)
        assert 0 == command.process.wait(30)
    # What arrives while grpc's core closes was never a method's; core tells that as CANCELLED.
    assert {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED} >= set(load.failures)
    codes = {line["code"] for line in command.logged("call_finished")}
    assert {"OK"} == codes
    for pid in pids.values():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_workers_end_with_their_supervisor(two):
    """However it ends."""
    command, pids = two
    command.process.kill()
    command.process.wait()

    def gone(pid):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    _until(lambda: all(map(gone, pids.values())))


def refused(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "swapin", "serve", "--workers", "2", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


def test_what_cannot_be_served(tmp_path):
    """A taken port, another machine's address, a file that is none: status 2, with the reason."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        status, told = refused("--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert (2, True) == (status, "cannot_listen" in told)
    status, told = refused("--listen", "0.0.0.0:0")
    assert (2, True) == (status, "no TLS" in told)
    status, told = refused("--listen", "127.0.0.1:0", "--tokens", str(tmp_path / "none"))
    assert (2, True) == (status, "cannot read" in told)
