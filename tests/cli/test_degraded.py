"""A plugin that fails to load: told, survived, and never silent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A folder with an installed distribution whose plugin fails to import."""
    info = tmp_path / "swapin_broken-1.0.dist-info"
    info.mkdir()
    entry = "[swapin.plugins]\nbroken = swapin_broken\n"
    (info / "entry_points.txt").write_text(entry, encoding="utf-8")
    metadata = "Metadata-Version: 2.1\nName: swapin-broken\nVersion: 1.0\n"
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    (tmp_path / "swapin_broken.py").write_text("raise RuntimeError('boom')\n", encoding="utf-8")
    return tmp_path


def swapin(broken: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "swapin", *arguments],
        env={**os.environ, "PYTHONPATH": str(broken)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_evaluates_and_says_so(broken: Path) -> None:
    """The answer is given, marked as degraded; the failure is named; the status is 3."""
    done = swapin(broken, "eval", "--kernel", "6.1", "--fact", "folio.ksm=true", "--json")

    assert 3 == done.returncode
    assert json.loads(done.stdout)["provenance"]["degraded"]
    assert "plugin `broken` of distribution `swapin-broken`: import" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("eval", "--kernel", "6.1", "--strict"), ("serve", "--listen", "127.0.0.1:0", "--strict")],
    ids=["eval", "serve"],
)
def test_strict_refuses(broken: Path, arguments: tuple[str, ...]) -> None:
    """With ``--strict`` nothing is answered."""
    done = swapin(broken, *arguments)

    assert (3, "") == (done.returncode, done.stdout)
    assert "boom" in done.stderr


def test_listed_as_failed(broken: Path) -> None:
    """``plugins list`` shows the plugin that failed beside those that loaded."""
    done = swapin(broken, "plugins", "list")

    assert 3 == done.returncode
    assert "swapin-broken 1.0  failed: import: RuntimeError: boom" in done.stdout
