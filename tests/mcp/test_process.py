"""The process of the MCP server: its output, what it refuses, and when its work ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from mcp import Client
from swapin.program import Program


@pytest.fixture
def noisy(tmp_path: Path) -> Path:
    """A folder with an installed plugin that prints, and then fails to load."""
    info = tmp_path / "swapin_noisy-1.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[swapin.plugins]\nnoisy = swapin_noisy\n")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: swapin-noisy\nVersion: 1.0\n")
    (tmp_path / "swapin_noisy.py").write_text("print('hello')\nraise RuntimeError('boom')\n")
    return tmp_path


def test_only_the_protocol_is_on_stdout(noisy: Path) -> None:
    """Each line is an answer, whatever plugins print; a degraded catalog is said in each."""
    call = {"name": "explain", "arguments": {"name": "ksm"}}
    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    asked = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call},
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "swapin", "mcp"],
        env={**os.environ, "PYTHONPATH": str(noisy)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        for message in asked:
            process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        # A request that is answered when input ends would be dropped with it.
        told = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()
        assert "" == process.stdout.read()
        log = process.stderr.read()
        assert 0 == process.wait(timeout=30)

    assert [1, 2] == [message["id"] for message in told]
    assert told[0]["result"]["instructions"].startswith("swapin is an exact model")
    (failure,) = told[1]["result"]["structuredContent"]["degraded"]
    assert "plugin `noisy` of distribution `swapin-noisy`" in failure
    assert "hello" in log


def test_strict_refuses(noisy: Path) -> None:
    """With ``--strict`` a degraded catalog is not served."""
    done = subprocess.run(
        [sys.executable, "-m", "swapin", "mcp", "--strict"],
        env={**os.environ, "PYTHONPATH": str(noisy)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (3, "") == (done.returncode, done.stdout)


def test_work_that_nobody_waits_for_ends(program: Program) -> None:
    """A cancelled call ends its analysis at the next step."""
    from swapin.analysis import diff as compare
    from swapin.mcp import server, tools

    steps: list[str] = []

    def slow(before: Any, after: Any, outcomes: Any, step: Callable[[], None]) -> Any:
        def counted() -> None:
            steps.append("taken")
            started.set()
            released.wait(30)
            step()
            steps.append("went on")

        return compare(before, after, outcomes, counted)

    started, released = threading.Event(), threading.Event()

    async def run(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tools, "diff", slow)
        async with Client(server.server_of(program)) as connected:
            sides = {"before": {"kernel": "6.1"}, "after": {"kernel": "6.2"}}
            with anyio.move_on_after(60) as scope:
                async with anyio.create_task_group() as group:
                    group.start_soon(connected.call_tool, "diff", sides)
                    await anyio.to_thread.run_sync(started.wait)
                    group.cancel_scope.cancel()
            assert not scope.cancelled_caught
            released.set()

    with pytest.MonkeyPatch.context() as monkeypatch:
        anyio.run(run, monkeypatch)
    for thread in threading.enumerate():
        if thread.name.startswith("AnyIO"):
            thread.join(10)

    assert ["taken"] == steps


def test_without_the_extra() -> None:
    """It says what to install."""
    code = "import sys; sys.modules['mcp'] = None; from swapin.cli import main; main(['mcp'])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert "pip install swapin[mcp]" in done.stderr
