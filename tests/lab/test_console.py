"""The console: our lines among the kernel's, and every way in which a guest can end."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event

import pytest

from swapin.lab import boot as booting
from swapin.lab.boot import Console, Ended, Limits, boot
from swapin.lab.kernels import Image
from swapin.lab.machines import X86_64

IMAGE = Image("6.1", "6.1.0", Path("/none"), Path("/none"))


def told(text: bytes, pieces: int = 1) -> tuple[Console, list[str]]:
    lines: list[str] = []
    console = Console(lines.append)
    for start in range(0, len(text), pieces):
        console.feed(text[start : start + pieces])
    return console, lines


def test_lines_of_ours_are_found() -> None:
    """Also behind a message of the kernel, with carriage returns, and cut anywhere."""
    text = b"[    0.1] hello\r\n@@ version 6.1\r\n[    0.2] x @@ run a b\r\n\xff\xfe@@ done\r\n"
    console, lines = told(text)

    assert ["version 6.1", "run a b", "done"] == lines
    assert console.done
    assert lines == told(text, pieces=1)[1] == told(text, pieces=7)[1]


def test_a_panic_is_kept() -> None:
    """The first line that says so is the reason."""
    console, _ = told(b"[ 1.0] BUG: kernel NULL pointer\n[ 1.1] Kernel panic - not syncing\n")

    assert "[ 1.0] BUG: kernel NULL pointer" == console.panic


def run(script: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **limits: float) -> Ended:
    """A guest that is a few lines of Python."""
    monkeypatch.setattr(booting, "_command", lambda *_: [sys.executable, "-uc", script])
    return boot(
        IMAGE,
        X86_64,
        tmp_path,
        tmp_path / "console",
        cpus=1,
        limits=Limits(**limits),  # type: ignore[arg-type]
        line=lambda _: None,
    )


@pytest.mark.parametrize(
    ("script", "limits", "why"),
    [
        pytest.param("print('@@ version')\nprint('@@ done')", {}, "", id="done"),
        pytest.param("print('@@ version')", {}, "it ended before it was done", id="ended early"),
        pytest.param("print('no')", {}, "it ended and never began", id="never began"),
        pytest.param(
            "import time; time.sleep(60)", {"boot_s": 1}, "did not begin within 1 s", id="hangs"
        ),
        pytest.param(
            "import time; print('@@ run x'); time.sleep(60)",
            {"silence_s": 1},
            "said nothing for 1 s, after: run x",
            id="hangs in a run",
        ),
        pytest.param(
            "import time\nwhile True: print('@@ run x'); time.sleep(.1)",
            {"whole_s": 1},
            "longer than 1 s",
            id="takes too long",
        ),
        pytest.param(
            "import time; print('Kernel panic - not syncing: x'); time.sleep(60)",
            {},
            "the kernel gave up: Kernel panic",
            id="panics",
        ),
        pytest.param(
            "while True: print('nonsense' * 1000)", {"most_bytes": 100000}, "more than", id="floods"
        ),
    ],
)
def test_every_guest_ends(
    script: str,
    limits: dict[str, float],
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Within its limits, with a reason, and with its console kept."""
    ended = run(script, monkeypatch, tmp_path, **limits)

    assert why in ended.why
    assert bool(why) == bool(ended.why)
    assert ended.took_s < 30
    assert ended.console.exists()


def test_a_guest_can_be_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An interrupt of the command ends its guests."""
    stop = Event()
    stop.set()
    script = "import time; print('@@ run x'); time.sleep(60)"
    monkeypatch.setattr(booting, "_command", lambda *_: [sys.executable, "-uc", script])
    ended = boot(
        IMAGE,
        X86_64,
        tmp_path,
        tmp_path / "console",
        cpus=1,
        limits=Limits(),
        line=lambda _: None,
        stop=stop,
    )

    assert "it was stopped" == ended.why
