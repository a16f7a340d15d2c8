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


def audit(root: Path) -> list[str]:
    file = root / "tests" / "observations" / "x86_64-6.1.jsonl.gz"
    return [sys.executable, "-m", "swapin", "audit", str(file)]


def test_on_a_terminal(root: Path) -> None:
    """Standard error that is a terminal gets a bar that counts faults."""
    ours, theirs = pty.openpty()
    # A terminal without columns has no room for a bar.
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    done = subprocess.run(audit(root), stdout=subprocess.DEVNULL, stderr=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)

    assert 0 == done.returncode
    assert "fault/s]" in shown


def test_not_in_a_pipe(root: Path) -> None:
    """Standard error that is a pipe gets nothing."""
    done = subprocess.run(audit(root), capture_output=True, check=True)

    assert b"" == done.stderr
