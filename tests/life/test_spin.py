"""Spin searches the same tests, and comes to the same ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from swapin.cli import main
from swapin.debian.tools import missing_tools
from swapin.life import spin
from swapin.life.catalogue import catalogue
from swapin.life.run import applies, decider_of
from swapin.life.spin import TOOLS, run_spin
from swapin.program import Program

KERNELS = ("5.10", "6.1", "6.12", "7.3")

pytestmark = pytest.mark.skipif(
    bool(missing_tools(list(TOOLS))), reason="; ".join(missing_tools(list(TOOLS))) or "-"
)


def differing(program: Program, kernel: str, names: list[str]) -> list[str]:
    found = []
    for name in names:
        test = catalogue()[name]
        if applies(test, program.catalog.kernels[kernel].release):
            result = run_spin(program, test, decider_of(program, test, kernel))
            if not result.agrees:
                found.append(f"{name}: {result.verdict}, the model {result.model.verdict}")
    return found


def test_spin_agrees(program: Program) -> None:
    """On one test of each kind: fork, pins, KSM, swapoff, races, userfaultfd."""
    names = ["S-O-F-S_L", "S-Pw-F-WR-L_L", "S-M-F-S_L", "S-O-Z-S", "S-O_S@race-zram", "S-V-O-S"]

    assert [] == differing(program, "7.3", names)


@pytest.mark.slow
@pytest.mark.parametrize("kernel", KERNELS)
def test_spin_agrees_on_the_whole_catalogue(program: Program, kernel: str) -> None:
    assert [] == differing(program, kernel, list(catalogue()))


@pytest.mark.parametrize(
    ("test", "old", "new", "why"),
    [
        # The kernel's answer, changed on its way to Spin.
        ("S-O-L", "fault_exclusive = 1", "fault_exclusive = 0", "never"),
        # The bookkeeping of Spin's side.
        ("S-O-F-S_L", "leak = leak ||", "leak = 1 ||", "always"),
        ("S-O-S@stable", "folio[shared_frame].writeback = SHOWS_WRITEBACK", "skip", "never"),
        # A question that the model never came to.
        ("S-O-S", "pte[hit].marked = (effect == MARK)", "skip", "pan:"),
    ],
)
def test_a_difference_is_found(
    program: Program,
    test: str,
    old: str,
    new: str,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is changed in the program for Spin alone shows."""
    real = spin.promela
    kernel = "v2-posted" if "stable" in test else "7.3"

    def changed(*args: object) -> object:
        text, result = real(*args)  # type: ignore[arg-type]
        assert old in text
        return text.replace(old, new), result

    monkeypatch.setattr(spin, "promela", changed)
    one = catalogue()[test]
    result = run_spin(program, one, decider_of(program, one, kernel))

    assert not result.agrees
    assert result.verdict.startswith(why)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A test is written for Spin, and Spin's verdict stands beside the model's."""
    file = tmp_path / "test.pml"

    assert 0 == main(["litmus", "export", "--promela", "S-O-S", "--out", str(file)])
    assert "inline decide_swap_in()" in file.read_text(encoding="utf-8")
    assert 0 == main(["litmus", "spin", "S-O-S", "--kernel", "6.1"])
    assert "S-O-S on 6.1: Spin always, the model always: agree\n" == capsys.readouterr().out
    assert 2 == main(["litmus", "export", "--promela", "S-O-S-missing"])
