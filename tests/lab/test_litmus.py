"""Litmus tests in real kernels: what was kept agrees with the model, and a difference shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from swapin.cli import main
from swapin.lab.kernels import Image
from swapin.lab.litmus import Tried, registers
from swapin.life.catalogue import catalogue
from swapin.life.run import decider_of, play, run_litmus
from swapin.program import Program

KEPT = Path(__file__).parent / "kept" / "litmus"
KERNELS = ("5.10", "6.1", "6.12", "7.3")


def kept(kernel: str, machine: str = "x86_64") -> dict[str, dict[str, object]]:
    lines = (KEPT / f"litmus-{machine}-{kernel}.jsonl").read_text(encoding="utf-8").splitlines()
    return {told["test"]: told for told in map(json.loads, lines)}


def tried(program: Program, told: dict[str, object], kernel: str) -> Tried:
    """What was kept of one test, beside what the model says today."""
    test = catalogue()[str(told["test"])]
    one = Tried(kernel, test, play(program, test, decider_of(program, test, kernel)))
    ends = told["ends"]
    assert isinstance(ends, dict)
    one.ends = {frozenset(end.split()): count for end, count in ends.items()}
    return one


@pytest.mark.parametrize("kernel", KERNELS)
def test_real_kernels_agree(program: Program, kernel: str) -> None:
    """Whatever was seen the model allows, register by register; what was not played says why."""
    found = kept(kernel)
    played = {name: told for name, told in found.items() if "why_not" not in told}

    assert set(catalogue()) == set(found)
    assert all(told["why_not"] for name, told in found.items() if name not in played)
    assert len(played) > 55
    for name, told in played.items():
        one = tried(program, told, kernel)
        assert one.tries >= 30, name
        assert "agrees" == one.result, (name, one.forbidden)


def test_an_architecture_without_the_bit_agrees(program: Program) -> None:
    """32-bit arm plays the tests that are about it."""
    found = kept("6.1", "arm-lpae")

    assert {name for name in catalogue() if name.endswith("@arm")} <= set(found)
    for name, told in found.items():
        assert "agrees" == tried(program, told, "6.1").result, name


def test_the_leak_is_seen_in_5_10_alone(program: Program) -> None:
    """A child's reference sees what the parent writes later.

    The model of one kernel would not pass for the other's.
    """
    name = "S-O-F-S_Gr-U-RR"
    old, new = (tried(program, kept(kernel)[name], kernel) for kernel in ("5.10", "6.1"))

    assert old.holds == old.tries
    assert 0 == new.holds
    new.model = old.model
    assert new.forbidden


def test_what_was_seen_and_what_was_not(program: Program) -> None:
    """An end that the model forbids is a finding; one that it allows and nobody saw is listed."""
    test = catalogue()["S-O-F-S_L"]
    one = Tried("7.3", test, run_litmus(program, test, "7.3"))
    assert "no try came to an end" == one.result

    one.ends = {frozenset({"P1:r0=1", "P0:mapped"}): 9}
    assert ("agrees", {}, ()) == (one.result, one.forbidden, one.never_seen)
    one.ends[frozenset({"P1:r0=2", "leak"})] = 1
    assert {test.written: 1, "P1:r0=2": 1} == one.forbidden
    assert "differs" == one.result
    one.ends = {frozenset({"P1:r0=2"}): 1}
    assert ("P1:r0=1",) == one.never_seen
    assert frozenset({"P1:r0=1"}) == registers({"P1:r0=1", "torn"})


@pytest.mark.emulator
def test_a_guest_plays_tests(
    image_of: Callable[[str], Image], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In Debian's 6.1; beside the model of 5.10, which leaks, it differs."""
    image_of("6.1")
    command = ["lab", "run", "--kernel", "6.1", "--out", str(tmp_path), "--tries", "5"]
    names = ["S-O-F-S_Gr-U-RR", "S-O-S@stable", "S-Gw-O-WR-L"]

    assert 0 == main([*command, "--flavour", "cloud", "--litmus", *names])
    output = capsys.readouterr().out
    assert "S-O-S@stable on 6.1: 0 of 5 tries, by the model never; never torn: agrees" in output
    assert "S-Gw-O-WR-L on 6.1: not played: `get-write`" in output
    assert 1 == main(
        [*command, "--flavour", "cloud", "--model", "5.10", "--litmus", "S-O-F-S_Gr-U-RR"]
    )
    assert "forbidden by the model and seen: ~(" in capsys.readouterr().out
