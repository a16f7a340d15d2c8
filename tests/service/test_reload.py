"""SIGHUP and the selection of plugins: new rules for new calls, or the last good ones."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
import types

import grpc
import pytest
from google.protobuf import json_format

from swapin.catalog import discover, load_catalog
from swapin.catalog.loading import Candidate, Origin
from swapin.program import Program
from swapin.service.client import Client
from swapin.v1 import catalog_service_pb2 as catalog_pb
from swapin.v1 import catalog_service_pb2_grpc as catalog_grpc
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc, fault_pb2

TOYBLK = """
from swapin import hookimpl
from swapin.model import Backend, Source, bind

SOURCE = Source("drivers/block/toyblk.c", "toyblk_add")
BOUND = bind("swap_device.stable_writes", False, because="asks for nothing", source=SOURCE)


@hookimpl
def swapin_backends():
    return [Backend(name="toyblk", summary="a toy", source=SOURCE, bindings=(BOUND,))]
"""
PLUGINS = {
    "toyblk": TOYBLK,
    "broken": "raise RuntimeError('boom')\n",
    "hanging": "import time\n\ntime.sleep(600)\n",
}
TOY = {"kernel": {"release": "6.1"}, "swap_device": {"backend": "toyblk"}}


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


class Selection:
    """The configuration file of a command whose path has distributions with plugins."""

    def __init__(self, folder):
        self.path = folder / "config.toml"
        self.allow()

    def allow(self, *names):
        """Let these be loaded alone, beside swapin's own."""
        self.path.write_text(f"[plugins]\nallow = {list(names)}\n")


@pytest.fixture
def selection(tmp_path, monkeypatch, install_plugin):
    for name, text in PLUGINS.items():
        install_plugin(name, text)
    selection = Selection(tmp_path)
    monkeypatch.setenv("SWAPIN_CONFIG", str(selection.path))
    return selection


def asked_for(command):
    """SIGHUP, and wait for what comes of it."""
    events = ("plugins_reloaded", "reload_failed")
    before = sum(map(command.times, events))
    command.process.send_signal(signal.SIGHUP)
    until(lambda: sum(map(command.times, events)) > before)


def catalog_of(address):
    with grpc.insecure_channel(address) as channel:
        stub = catalog_grpc.CatalogServiceStub(channel)
        return stub.GetCatalog(catalog_pb.GetCatalogRequest(), timeout=20)


@pytest.mark.slow
def test_plugins_change_under_load(start_command, selection, late_write):
    """A plugin that is allowed is used, one that fails is told, a bad file changes nothing."""
    command = start_command("--metrics", "127.0.0.1:0")
    failures, answers, done = [], [], threading.Event()

    def load():
        with Client(command.address, timeout=60) as client:
            while not done.is_set():
                try:
                    answers.append(client.evaluate(late_write).outcomes)
                except Exception as error:
                    failures.append(error)
                time.sleep(0.002)

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        first = catalog_of(command.address)
        with Client(command.address) as client, pytest.raises(Exception, match="toyblk"):
            client.evaluate(TOY)

        selection.allow("toyblk")
        asked_for(command)
        second = catalog_of(command.address)
        with Client(command.address) as client:
            assert client.evaluate(TOY)

        selection.path.write_text("[plugins\n")
        asked_for(command)
        assert second == catalog_of(command.address)

        selection.allow("toyblk", "broken")
        asked_for(command)
        third = catalog_of(command.address)
        with Client(command.address) as client:
            assert client.evaluate(TOY).provenance.degraded
    finally:
        done.set()
        for thread in threads:
            thread.join()

    assert not failures
    assert {str(answers[0])} == set(map(str, answers))
    assert [False, False, True] == [found.degraded for found in (first, second, third)]
    assert first.fingerprint != second.fingerprint
    (failed,) = command.logged("reload_failed")
    assert ("plugins", True) == (failed["what"], str(selection.path) in failed["reason"])
    assert "boom" in command.logged("plugin_left_out")[0]["failure"]


def test_strict_keeps_the_last_rules(start_command, selection):
    """With --strict a plugin that fails is no reason to answer by other rules, nor to end."""
    selection.allow("toyblk")
    command = start_command("--strict")
    before = catalog_of(command.address)
    selection.allow("toyblk", "broken")
    asked_for(command)

    assert before == catalog_of(command.address)
    assert "boom" in command.logged("reload_failed")[0]["reason"]


def test_a_plugin_that_hangs(start_command, selection, late_write):
    """Calls are answered while a plugin loads, for ever if need be, and the server still ends."""
    command = start_command()
    selection.allow("hanging")
    command.process.send_signal(signal.SIGHUP)
    with Client(command.address) as client:
        for _ in range(50):
            assert client.evaluate(late_write)
            time.sleep(0.01)
    command.process.terminate()

    assert 0 == command.process.wait(10)
    assert 0 == command.times("plugins_reloaded")


@pytest.mark.slow
def test_each_worker_reloads(start_command, selection):
    """SIGHUP is passed on."""
    command = start_command("--workers", "2")
    selection.allow("toyblk")
    command.process.send_signal(signal.SIGHUP)
    until(lambda: command.times("plugins_reloaded") == 2)

    assert {0, 1} == {line["worker"] for line in command.logged("plugins_reloaded")}
    with Client(command.address) as client:
        assert client.evaluate(TOY)


def test_a_stream_keeps_its_rules(serving, program, late_write):
    """Calls in flight end by the rules that they began with; new ones get the new."""
    toy = types.ModuleType("toyblk")
    exec(TOYBLK, vars(toy))
    candidate = Candidate(Origin("toyblk", "swapin-toyblk", "1.0"), lambda: toy)
    other = Program(load_catalog(True, [*discover(), candidate]))
    fault = json_format.ParseDict(late_write, fault_pb2.Fault())

    async def main():
        async with serving() as running, grpc.aio.insecure_channel(running.address) as channel:
            stub = evaluation_service_pb2_grpc.EvaluationServiceStub(channel)

            async def asked(stream):
                await stream.write(pb.StreamEvaluateFaultsRequest(faults=[fault]))
                return (await stream.read()).results[0].verdict.provenance.catalog

            old = stub.StreamEvaluateFaults(timeout=20)
            found = [await asked(old)]
            running.server.use(other)
            found += [await asked(old), await asked(stub.StreamEvaluateFaults(timeout=20))]
            running.server.use(other)
            changed = [line["changed"] for line in running.logged("plugins_reloaded")]
            return found, changed

    found, changed = asyncio.run(main())
    mine, theirs = program.catalog.fingerprint, other.catalog.fingerprint
    assert [mine, mine, theirs] == found
    assert [True, False] == changed
