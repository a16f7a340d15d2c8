"""The language of litmus tests: what is wrong is said with its line and what may stand there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from swapin.cli import main
from swapin.life.litmus import STEPS, read_litmus
from swapin.model import LifeError

GOOD = """\
result: It comes back.   # a remark
question: Does it?
device: null_blk
facts: swap_device.stable_writes=true
init: P0 store 1; P0 page-out

P0: load r0
never: torn | ~(P0:r0=1 & P0:mapped)
"""


def test_a_test_is_read() -> None:
    test = read_litmus(GOOD, "x")

    assert ("It comes back.", "never", 1) == (test.result, test.quantifier, test.processes)
    assert {"swap_device.stable_writes": True} == test.facts
    assert ["load r0"] == [str(step) for step in test.threads[0].steps]
    assert "torn | ~(P0:r0=1 & P0:mapped)" == str(test.condition)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("load r0", "lode r0", r"x, line 7: no step `lode`.*; store, load"),
        ("load r0", "load 7", "x, line 7: `load` takes a register, r0 to r9, not `7`"),
        ("store 1", "store one", "x, line 5: `store` takes a number from 0 to 999, not `one`"),
        ("P0: load", "P7: load", "x, line 7: processes are P0 to P2"),
        ("P0: load", "Q: load", "x, line 7: no key `Q`"),
        ("result: It", "result It", "x, line 1: `result It comes back.` is not `KEY: …`"),
        ("=true", "=maybe", "x, line 8: `swap_device.stable_writes=maybe` is not FACT=true"),
        ("torn |", "broken |", "a condition cannot ask `broken`; it can: P0:r0=VALUE"),
        ("P0:r0=1", "P0:r1=1", "a condition cannot ask `P0:r1`"),
        ("& P0:mapped)", "& P0:mapped", "at character 29: the end where `[)]` is expected"),
        ("never: torn", "always: torn\nnever: torn", "one line of exists, never, always"),
        ("question: Does it?\n", "", "a test has a line `question:`"),
        ("device: null_blk", "device: a\ndevice: b", "a second line `device:`"),
        ("P0 store 1", "store 1", "is not `PROCESS STEP`"),
    ],
)
def test_what_is_wrong(old: str, new: str, message: str) -> None:
    with pytest.raises(LifeError, match=message):
        read_litmus(GOOD.replace(old, new), "x")


def test_a_file_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A test that holds, one that does not, and a directory with both."""
    (tmp_path / "good.litmus").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.litmus").write_text(GOOD.replace("never", "exists"), encoding="utf-8")

    assert 0 == main(["litmus", "run", str(tmp_path / "good.litmus"), "--kernel", "6.1"])
    assert "good on 6.1: never (0 of " in capsys.readouterr().out
    drawn = tmp_path / "bad.svg"
    command = ["litmus", "run", str(tmp_path / "bad.litmus"), "--kernel", "6.1", "--svg"]
    assert 1 == main([*command, str(drawn)])
    output = capsys.readouterr().out
    assert "NOT SO" in output
    assert "rules linux-" in output
    assert drawn.read_text(encoding="utf-8").startswith("<svg ")
    assert 1 == main(["litmus", "run", str(tmp_path), "--all", "--json"])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"good", "bad"} == {one["test"] for one in told}
    assert len({one["fingerprint"] for one in told}) == len(told)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "S-O-Q"), "no test `S-O-Q` in the catalogue"),
        (("run", "--kernel", "5.9"), "5.9"),
        (("run", "S-O-Y-S", "--kernel", "6.1"), "no test that was asked for is for a kernel"),
        (("show", "nowhere.litmus"), "nowhere.litmus"),
    ],
)
def test_what_cannot_be_played(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == main(["litmus", *arguments])
    assert message in capsys.readouterr().err


def test_steps_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A reference that nobody holds, a process that is there already."""
    for step, message in (("read-reference r0", "P0 holds no reference"), ("fork P0", "is there")):
        text = GOOD.replace("load r0", f"{step}; load r0")
        (tmp_path / "x.litmus").write_text(text, encoding="utf-8")
        assert 2 == main(["litmus", "run", str(tmp_path / "x.litmus"), "--kernel", "6.1"])
        assert message in capsys.readouterr().err


def test_every_step_is_in_the_catalogue(root: Path) -> None:
    """And in the manual."""
    from swapin.life.catalogue import catalogue

    tests = catalogue().values()
    used = {step.verb for test in tests for thread in test.threads for step in thread.steps}
    used |= {step.verb for test in tests for _, step in test.init}
    manual = (root / "docs" / "litmus.md").read_text(encoding="utf-8")

    assert set(STEPS) == used
    assert all(f"`{verb}" in manual for verb in STEPS)
