"""What the service manager is told, on a real socket; nothing by a server that hangs."""

from __future__ import annotations

import os
import signal
import socket
import time

import grpc
import pytest
from google.protobuf import json_format

from swapin.service.notify import Notice, Notifier
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc, fault_pb2

WATCHDOG = 2.0
ALIVE = "WATCHDOG=1"

HANGING = """
import time

from swapin.program import Program

Program.evaluate = lambda *_: time.sleep(600)
"""


class Manager:
    """The socket of a service manager."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        self.address = path

    def next(self, seconds=30):
        """The lines of the next notice; none if there is none within the time."""
        self._socket.settimeout(seconds)
        try:
            return self._socket.recv(4096).decode().split("\n")
        except TimeoutError:
            return []

    def until(self, first, seconds=30):
        """The notice that begins with this line; what comes before is skipped."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.next(seconds)
            if found and found[0] == first:
                return found
        raise AssertionError(f"no {first}")

    def is_silent(self):
        """Whether proofs of life end, for twice as long as ends the service."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if not self.next(2 * WATCHDOG):
                return True
        return False

    def close(self):
        self._socket.close()


@pytest.fixture
def manager(tmp_path, monkeypatch):
    manager = Manager(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", manager.address)
    monkeypatch.setenv("WATCHDOG_USEC", str(round(WATCHDOG * 1e6)))
    yield manager
    manager.close()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_life(start_command, manager, workers):
    """Ready, alive for as long as it lives, reloading and ready again, stopping."""
    command = start_command("--workers", workers)
    assert ["READY=1", f"STATUS=answering on {command.address}"] == manager.next()
    for _ in range(4):
        assert [ALIVE] == manager.next()
    command.process.send_signal(signal.SIGHUP)
    reloading = manager.until("RELOADING=1")
    assert 0 < int(reloading[1].removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000
    assert f"STATUS=answering on {command.address}" == manager.until("READY=1")[1]
    command.process.terminate()
    manager.until("STOPPING=1")

    assert 0 == command.process.wait(10)


@pytest.mark.slow
def test_a_server_that_hangs(start_command, manager, install_plugin, late_write):
    """Its threads run, its port is open, and nothing is answered: no proof of life."""
    install_plugin("hanging", HANGING)
    command = start_command()
    manager.until(ALIVE)
    fault = json_format.ParseDict(late_write, fault_pb2.Fault())
    with grpc.insecure_channel(command.address) as channel:
        stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)
        call = stub.EvaluateFault.future(pb.EvaluateFaultRequest(fault=fault))
        assert manager.is_silent()
        call.cancel()

    assert command.process.poll() is None


@pytest.mark.slow
def test_a_worker_that_is_stopped(start_command, manager):
    """One that does not answer is enough, and one that does again is too."""
    command = start_command("--workers", "2")
    manager.until(ALIVE)
    pid = command.logged("worker_started")[1]["pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        assert manager.is_silent()
    finally:
        os.kill(pid, signal.SIGCONT)
    manager.until(ALIVE)


@pytest.mark.slow
def test_a_worker_that_is_replaced(start_command, manager):
    """The service lives again when the new one answers."""
    command = start_command("--workers", "2")
    manager.until(ALIVE)
    os.kill(command.logged("worker_started")[1]["pid"], signal.SIGKILL)
    while command.times("worker_started") < 3:
        manager.next(1)
    manager.until(ALIVE)


def test_environment(tmp_path):
    """What is for another process is not ours; nothing is handed on to processes of ours."""
    environment = {"NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "4000000", "HOME": "/"}
    assert 1.0 == Notifier.of_environment(environment).every
    assert {"HOME": "/"} == environment
    others = {"NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "1"}
    assert 0.0 == Notifier.of_environment(others).every
    assert 0.0 == Notifier.of_environment({"WATCHDOG_USEC": "4000000"}).every
    # Nobody listens, or there is no manager.
    Notifier(str(tmp_path / "gone")).tell(Notice.READY)
    Notifier().tell(Notice.READY)


def test_an_abstract_name():
    """The socket may have a name in place of a path."""
    manager = Manager(f"\0swapin-{os.getpid()}")
    Notifier(f"@swapin-{os.getpid()}").tell(Notice.STOPPING)
    assert "STOPPING=1" == manager.next()[0]
    manager.close()
