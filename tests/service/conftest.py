"""A real catalog, real servers on the loopback interface, and many descriptions of faults."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import random
import subprocess
import sys
import threading
import time

import pytest

from swapin.catalog import load_catalog
from swapin.model import FaultError
from swapin.program import Program, read_fault
from swapin.program.resolve import Resolver
from swapin.service.logs import make_log
from swapin.service.server import Server, ServerOptions
from swapin.v1 import fault_pb2

LATE_WRITE = {
    "kernel": {"release": "6.1"},
    "architecture": "x86_64",
    "swap_device": {"backend": "null_blk", "stable_writes": True},
    "pte": {"swp_exclusive": True},
    "access": {"write": True},
    "folio": {"fresh": False, "ksm": False, "writeback": True},
}


@pytest.fixture(scope="session")
def catalog():
    """The catalog of the installed plugins."""
    return load_catalog(strict=True)


@pytest.fixture(scope="session")
def program(catalog):
    """The program of the installed plugins."""
    return Program(catalog)


@pytest.fixture
def late_write():
    """A fault on a page under writeback to a device that requires stable writes."""
    return json.loads(json.dumps(LATE_WRITE))


@pytest.fixture
def distinct(late_write):
    """Make so many descriptions that differ, so that no answer is one given before."""

    def make(count):
        shared = late_write | {"pte": {"swp_exclusive": False}}
        return [shared | {"swap_count": 2 + number} for number in range(count)]

    return make


@pytest.fixture(scope="session")
def descriptions(program, shared):
    """Two hundred descriptions in JSON form, four in five of possible faults."""

    def make():
        dice = random.Random(20220329)
        found = _descriptions(program.catalog, dice, 200)
        return [d if dice.random() < 0.2 else _made_possible(program, d) for d in found]

    return tuple(shared("descriptions", make))


def _made_possible(program, description):
    """The description without the facts that contradict those before them."""
    resolver = Resolver(program.catalog)
    kept = {}
    for holder, told in description.items():
        facts = told.items() if isinstance(told, dict) else [(None, told)]
        for name, value in facts:
            more = kept | {holder: value if name is None else kept.get(holder, {}) | {name: value}}
            try:
                resolved = resolver.resolve(read_fault(more, program.catalog))
            except FaultError:
                continue
            compiled = program.compiled(resolved.kernel, resolved.overrides)
            d = compiled.diagrams
            if d.false != d.restrict(compiled.condition_of_admissible, resolved.known):
                kept = more
    return kept


def _descriptions(catalog, dice, count):
    kernels = [{"release": k.release, "variant": k.variant} for k in catalog.kernels.values()]
    objects = {
        field.name: [
            inner.name for inner in field.message_type.fields if inner.type == inner.TYPE_BOOL
        ]
        for field in fault_pb2.Fault.DESCRIPTOR.fields
        if field.message_type is not None and field.name not in ("kernel", "extension_facts")
    }
    for _ in range(count):
        description = {"kernel": dict(dice.choice(kernels))}
        if dice.random() < 0.7:
            description["architecture"] = dice.choice([*catalog.architectures])
        if dice.random() < 0.5:
            description["swap_device"] = {"backend": dice.choice([*catalog.backends])}
        if dice.random() < 0.1:
            description["kernel"]["swapcache_bypass"] = dice.random() < 0.5
        given = dice.choice([0.1, 0.5, 0.8, 0.9])
        for name, facts in objects.items():
            for fact in facts:
                if dice.random() < given:
                    description.setdefault(name, {})[fact] = dice.random() < 0.5
        if dice.random() < 0.3:
            description["swap_count"] = dice.choice([1, 1, 2, 7])
        yield description


class Running:
    """A server that runs in this process."""

    def __init__(self, server, address, lines):
        self.server = server
        self.address = address
        self._lines = lines

    @property
    def in_flight(self):
        """Calls that hold a place."""
        return self.server.limiter.in_flight

    def logged(self, event):
        """The log lines of one event, as objects."""
        lines = [json.loads(line) for line in self._lines.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]

    def raw_log(self):
        """The log as text."""
        return self._lines.getvalue()

    def calls(self, count):
        """The lines of finished calls, once there are so many."""
        until = time.monotonic() + 5
        while len(found := self.logged("call_finished")) < count and time.monotonic() < until:
            time.sleep(0.01)
        return found


@contextlib.asynccontextmanager
async def _serving(program, **options):
    lines = io.StringIO()
    server = Server(program, ServerOptions(listen="127.0.0.1:0", **options), make_log(lines))
    address = await server.start()
    try:
        yield Running(server, address, lines)
    finally:
        await server.stop()


@pytest.fixture
def serving(program):
    """An asynchronous context manager that runs a server in the current event loop."""

    def make(program=program, **options):
        return _serving(program, **options)

    return make


@pytest.fixture
def start_server(program):
    """Start a server in a thread of its own, for synchronous clients."""
    with contextlib.ExitStack() as stack:
        yield lambda program=program, **options: stack.enter_context(_threaded(program, options))


@contextlib.contextmanager
def _threaded(program, options):
    loop = asyncio.new_event_loop()
    started, done = threading.Event(), asyncio.Event()
    found = []

    async def main():
        async with _serving(program, **options) as running:
            found.append(running)
            started.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)
        loop.close()


@pytest.fixture
def refused_command():
    """Run ``swapin serve`` where it must not start; its status and its log as text."""

    def run(*arguments):
        command = [sys.executable, "-m", "swapin", "serve", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stderr

    return run


@pytest.fixture
def install_plugin(tmp_path, monkeypatch):
    """Install a distribution with one plugin, of this text, where commands that start find it."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(site))

    def install(name, text):
        info = site / f"swapin_{name}-1.0.dist-info"
        info.mkdir()
        (info / "entry_points.txt").write_text(f"[swapin.plugins]\n{name} = swapin_{name}\n")
        metadata = f"Metadata-Version: 2.1\nName: swapin-{name}\nVersion: 1.0\n"
        (info / "METADATA").write_text(metadata)
        (site / f"swapin_{name}.py").write_text(text)

    return install


class Command:
    """``swapin serve`` as a process."""

    def __init__(self, process, address, log_path):
        self.process = process
        self.address = address
        self._log_path = log_path

    def times(self, event):
        """How often an event was logged; cheap enough to ask while a server is under load."""
        return self._log_path.read_text().count(f'"event": "{event}"')

    def logged(self, event):
        """The log lines of one event, as objects."""
        whole, _, _ = self._log_path.read_text().rpartition("\n")
        lines = [json.loads(line) for line in whole.splitlines()]
        return [line for line in lines if line["event"] == event]


@pytest.fixture
def start_command(tmp_path):
    """Start ``python -m swapin serve`` on a port that the system chooses."""
    started = []

    def start(*arguments):
        port_file = tmp_path / f"address-{len(started)}"
        log_path = tmp_path / f"log-{len(started)}"
        with log_path.open("w") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "swapin", "serve", "--listen", "127.0.0.1:0"),
                    *("--port-file", str(port_file), *arguments),
                ],
                stderr=log,
            )
        started.append(process)
        until = time.monotonic() + 30
        while not port_file.exists():
            assert process.poll() is None, log_path.read_text()
            assert time.monotonic() < until, log_path.read_text()
            time.sleep(0.02)
        return Command(process, port_file.read_text().strip(), log_path)

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
