"""``swapin eval --jobs``, ``--out`` and ``--resume``: what a pipeline relies on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from swapin.cli import jobs, main
from swapin.cli.faults import after
from swapin.program import Program

EVAL = [sys.executable, "-m", "swapin", "eval"]


def lines_of(count: int) -> list[str]:
    """Faults, and among them lines of every other kind."""
    dice = random.Random(8)
    # Few that are different: what is kept of them is no part of this.
    faults = [
        {"kernel": {"release": release}, "folio": {name: value}}
        for release in ("5.10", "7.3")
        for name in ("ksm", "writeback")
        for value in (False, True)
    ]

    def fault() -> dict[str, Any]:
        return dice.choice(faults)

    odd = ["", "no json", "3", '{"kernel": {"release": "6.99"}}', "[]", '{"folio": {"ksm": 3}}']
    return [
        dice.choice(odd)
        if dice.random() < 0.1
        else json.dumps([fault(), 4, fault()] if dice.random() < 0.05 else fault())
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An input of more chunks than two workers take at a time, and its answers."""
    folder = tmp_path_factory.mktemp("whole")
    file = folder / "faults.jsonl"
    file.write_text("\n".join(lines_of(5 * jobs.CHUNK)) + "\n", encoding="utf-8")
    assert 2 == main(["eval", str(file), "--out", str(folder / "out")])
    return file, (folder / "out").read_text(encoding="utf-8")


def test_jobs_change_no_byte(whole: tuple[Path, str], tmp_path: Path) -> None:
    """Workers give the bytes that one process gives, on standard output and in a file."""
    file, expected = whole
    assert expected.count("\n") > 5 * jobs.CHUNK
    assert '"error"' in expected
    done = subprocess.run([*EVAL, str(file), "--json", "--jobs", "2"], capture_output=True)

    assert (2, expected, b"") == (done.returncode, done.stdout.decode(), done.stderr)


def test_text_of_jobs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Text for eyes is the same too, errors on standard error."""
    file = tmp_path / "faults"
    file.write_text('{"kernel": {"release": "6.1"}}\nno json\n', encoding="utf-8")

    assert 2 == main(["eval", str(file)])
    alone = capfd.readouterr()
    assert 2 == main(["eval", str(file), "--jobs", "2"])
    assert alone == capfd.readouterr()
    assert "line 2: not JSON" in alone.err


@pytest.mark.parametrize("cut", [0.0, 0.3, 0.999, 1.0])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_resume(whole: tuple[Path, str], tmp_path: Path, cut: float, workers: str) -> None:
    """Wherever a run was cut off, the next one makes the file whole, with the same status."""
    if workers == "2" and cut != 0.3:
        pytest.skip("one is enough: going on is the same work for workers")
    file, expected = whole
    out = tmp_path / "out"
    out.write_bytes(expected.encode()[: int(len(expected.encode()) * cut)])

    assert 2 == main(["eval", str(file), "--out", str(out), "--resume", "--jobs", workers])
    assert expected == out.read_text(encoding="utf-8")


@pytest.mark.parametrize("left_out", range(7))
def test_after(left_out: int) -> None:
    """Results are left out one by one, of arrays too."""
    units: list[tuple[int, str]] = [(1, "[1, 2]"), (2, "x"), (3, "[]"), (4, "[3, 4, 5]")]
    left = [
        (number, member)
        for number, written in after(iter(units), left_out)
        for member in (json.loads(written) if written != "x" else ["x"])
    ]

    assert [(1, 1), (1, 2), (2, "x"), (4, 3), (4, 4), (4, 5)][left_out:] == left


def changed(line: str) -> str:
    """A line as another catalog would have written it."""
    record = json.loads(line)
    record["provenance"]["catalog"] = "000000000000"
    return json.dumps(record)


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (lambda one: one + "\n", [], "is there already; --resume goes on with it"),
        (lambda one: "mine", [], "is there already"),
        (lambda one: "mine", ["--resume"], "1: no line of `swapin eval --json`"),
        (lambda one: "[]\n", ["--resume"], "1: no line of"),
        (lambda one: f"{one}\n{changed(one)}\n", ["--resume"], "2: by catalog 000000000000"),
        (lambda one: one + "\n", ["--resume", "--explain", "none"], "another --explain?"),
        (lambda one: f"{one}\n{one}\n{one}\n", ["--resume"], "fewer faults than this file"),
        (lambda one: f"{one}\n{one}\n", ["--resume"], "another input"),
    ],
)
def test_refused(
    program: Program,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: Any,
    options: list[str],
    message: str,
) -> None:
    """A file that is not of this run is left as it is."""
    file, out = tmp_path / "faults", tmp_path / "out"
    fault, other = {"kernel": {"release": "6.1"}}, {"kernel": {"release": "5.10"}}
    file.write_text(f"{json.dumps(fault)}\n{json.dumps(other)}\n", encoding="utf-8")
    was = content(program.evaluate(fault).to_json())
    out.write_text(was, encoding="utf-8")

    assert 2 == main(["eval", str(file), "--out", str(out), *options])
    assert message in capsys.readouterr().err
    assert was == out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--resume"], "goes on with the file that --out names"),
        (["--jobs", "2", "--server", "127.0.0.1:1"], "give --jobs or --server, not both"),
    ],
)
def test_options(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["eval", "-", *options])
    assert message in capsys.readouterr().err


def workers_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The worker processes of a run, once there are two that work."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = []
        for pid in filter(str.isdecimal, os.listdir("/proc")):
            try:
                stat = Path("/proc", pid, "stat").read_text(encoding="utf-8")
                command = Path("/proc", pid, "cmdline").read_bytes()
            except OSError:
                continue
            parent = int(stat.rpartition(")")[2].split()[1])
            if parent == process.pid and b"spawn_main" in command:
                found.append(int(pid))
        if len(found) == 2:
            return found
        time.sleep(0.05)
    raise AssertionError("no two workers")


def start(*options: str) -> subprocess.Popen[bytes]:
    """A run that waits for more input, its first answers given."""
    process = subprocess.Popen(
        [*EVAL, "-", "--json", "--jobs", "2", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(b'{"kernel": {"release": "6.1"}}\n' * jobs.CHUNK * 5)
    process.stdin.flush()
    assert process.stdout.readline()
    return process


def gone(pid: int) -> bool:
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def all_gone(pids: list[int]) -> bool:
    until = time.monotonic() + 30
    while not all(map(gone, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return all(map(gone, pids))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_full_disk(capsys: pytest.CaptureFixture[str]) -> None:
    """It is told by the name of the file."""
    assert 2 == main(["eval", "--kernel", "6.1", "--out", "/dev/full"])

    assert "swapin: `/dev/full`: No space left on device\n" == capsys.readouterr().err


def test_killed_worker() -> None:
    """A worker that is killed is an internal error, not a hang nor a shorter answer."""
    process = start()
    workers = workers_of(process)
    os.kill(workers[0], signal.SIGKILL)
    out, errors = process.communicate(b'{"kernel": {"release": "6.1"}}\n' * jobs.CHUNK * 8, 60)

    assert 4 == process.returncode
    assert f"worker process {workers[0]} ended by SIGKILL" in errors.decode()
    assert b"Traceback" not in errors
    assert out.endswith(b"\n")
    assert all_gone(workers)


def test_interrupt() -> None:
    """Ctrl-C, which reaches all processes of the terminal, ends all of them without a word."""
    process = start()
    workers = workers_of(process)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)

    assert (2, b"") == (process.returncode, errors)
    assert all_gone(workers)


def test_killed_parent() -> None:
    """Workers do not outlive the run, whatever ended it."""
    process = start()
    workers = workers_of(process)
    process.kill()
    process.communicate(timeout=60)

    assert all_gone(workers)


def test_closed_pipe(whole: tuple[Path, str]) -> None:
    """A reader that has what it wanted ends the run: no error, no worker left."""
    command = [*EVAL, str(whole[0]), "--json", "--jobs", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()

        assert (0, b"") == (process.wait(60), process.stderr.read())
