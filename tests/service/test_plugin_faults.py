"""A plugin that does wrong while a server starts: left out, named, and never the server's end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from swapin.service.client import Client

PLUGINS = {
    "raises": ("raise RuntimeError('no such device')", "import: RuntimeError: no such device"),
    "exits": ("raise SystemExit(7)", "import: SystemExit: 7"),
    "absent": (None, "import: ModuleNotFoundError"),
    "sleeps": ("import time\ntime.sleep(1000)", "load: was not loaded after"),
    "spins": ("while True:\n    pass", "load: was not loaded after"),
    "hook-raises": (
        "from swapin import hookimpl\n@hookimpl\ndef swapin_rules():\n    yield 1 / 0",
        "swapin_rules: ZeroDivisionError",
    ),
    "endless": (
        "from swapin import hookimpl\nimport itertools\n@hookimpl\n"
        "def swapin_rules():\n    return itertools.repeat('rule')",
        "swapin_rules: more than 100000 declarations",
    ),
    "slow-endless": (
        "from swapin import hookimpl\nimport time\n@hookimpl\n"
        "def swapin_rules():\n    while True:\n        time.sleep(0.01)\n        yield 'rule'",
        "load: was not loaded after",
    ),
    "garbage": (
        "from swapin import hookimpl\n@hookimpl\ndef swapin_rules():\n    return [b'\\0', 3.5]",
        "swapin_rules: expected Rule, got bytes",
    ),
    "number": (
        "from swapin import hookimpl\n@hookimpl\ndef swapin_rules():\n    return 42",
        "swapin_rules: TypeError",
    ),
}


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install plugins by name, as pip would."""

    def make(*names):
        site = tmp_path / "site"
        for name in names:
            module = f"faulty_{name.replace('-', '_')}"
            info = site / f"swapin_{module}-1.0.dist-info"
            info.mkdir(parents=True)
            (info / "METADATA").write_text(
                f"Metadata-Version: 2.1\nName: swapin-{name}\nVersion: 1.0\n"
            )
            (info / "entry_points.txt").write_text(f"[swapin.plugins]\n{name} = {module}\n")
            text, _ = PLUGINS[name]
            if text is not None:
                (site / f"{module}.py").write_text(text + "\n")
        monkeypatch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)

    return make


@pytest.mark.slow
def test_all_faults_at_once(start_command, install, program, late_write):
    """Each is left out with what it did; the rest answers as without them, and says degraded."""
    install(*PLUGINS)
    command = start_command("--plugin-load-seconds", "2")
    with Client(command.address) as client:
        verdict = client.evaluate(late_write)
    failures = [line["failure"] for line in command.logged("plugin_left_out")]

    assert len(PLUGINS) == len(failures)
    for name, (_, said) in PLUGINS.items():
        (failure,) = [failure for failure in failures if f"swapin-{name}" in failure]
        assert said in failure
    assert verdict.provenance.degraded
    assert program.evaluate(late_write).outcomes == verdict.outcomes
    # Nobody is left turning: a second of rest takes far less than a second of a core.
    before = cpu_seconds(command.process.pid)
    time.sleep(1)
    assert cpu_seconds(command.process.pid) - before < 0.5
    command.process.terminate()
    assert 0 == command.process.wait(20)


def cpu_seconds(pid):
    """What a process has used of a core."""
    told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def test_strict_refuses_what_hangs(install):
    """With --strict the server ends with status 3, and names the plugin."""
    install("sleeps")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "swapin", "serve", "--listen", "127.0.0.1:0"),
            *("--strict", "--plugin-load-seconds", "1"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert 3 == done.returncode
    assert "swapin-sleeps" in done.stderr
