"""The progress bar: on a terminal, and nowhere else."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest


def audit(root: Path) -> list[str]:
    file = root / "tests" / "observations" / "x86_64-6.1.jsonl.gz"
    return [sys.executable, "-m", "swapin", "audit", str(file)]


def evaluating(folder: Path) -> list[str]:
    file = folder / "faults.jsonl"
    file.write_text('{"kernel": {"release": "6.1"}}\n' * 40, encoding="utf-8")
    return [sys.executable, "-m", "swapin", "eval", str(file), "--out", str(folder / "out")]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        pytest.param(lambda root, folder: audit(root), "fault/s]", id="audit"),
        pytest.param(lambda root, folder: evaluating(folder), "/40 [", id="eval"),
    ],
)
def test_on_a_terminal(root: Path, tmp_path: Path, command: Any, told: str) -> None:
    """Standard error that is a terminal gets a bar that counts."""
    ours, theirs = pty.openpty()
    # A terminal without columns has no room for a bar.
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    done = subprocess.run(
        command(root, tmp_path), stdout=subprocess.DEVNULL, stderr=theirs, check=True
    )
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)

    assert 0 == done.returncode
    assert told in shown


def test_not_in_a_pipe(root: Path, tmp_path: Path) -> None:
    """Standard error that is a pipe gets nothing."""
    for command in (audit(root), evaluating(tmp_path)):
        done = subprocess.run(command, capture_output=True, check=True)

        assert b"" == done.stderr
