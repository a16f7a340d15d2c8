"""The catalogue: every test says what it says in every kernel, and history is found by it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from life.promote import KERNELS, verdicts
from swapin.life.catalogue import HERE, catalogue
from swapin.life.chart import chart
from swapin.life.prose import in_english
from swapin.life.run import run_litmus
from swapin.program import Program

PROMOTED = (Path(__file__).parent / "verdicts.txt").read_text(encoding="utf-8").splitlines()
# Who does what, in order: the parent's steps, then those of others.
NAME = re.compile(r"[A-Z][a-z]?(-[A-Z]{1,2}[a-z]?)*(_[A-Z][a-z]?(-[A-Z]{1,2}[a-z]?)*)*(@[a-z-]+)?")


@pytest.mark.slow
def test_every_expectation_was_promoted(program: Program) -> None:
    """What is said of each test on each kernel is what was reviewed; nothing is missing."""
    assert PROMOTED == list(verdicts(program))
    assert {line.partition(" | ")[0] for line in PROMOTED} == {path.stem for path in HERE.iterdir()}
    assert len(PROMOTED) >= 60


def test_names_follow_the_grammar() -> None:
    for name in catalogue():
        assert NAME.fullmatch(name), name


def test_newest_kernels_do_as_the_tests_ask() -> None:
    """From 6.3 on, what a test asks for holds, but for what an era lacks."""
    other = {
        line.partition(" | ")[0]
        for line in PROMOTED
        if re.search(r"\(not as asked\):[^;]*\b(6\.3|6\.12|6\.19|7\.0|7\.3)\b", line)
    }

    # Exclusive pages are mapped writable on read faults since 6.11; the bypass ended in 7.0.
    assert {"S-O-L@writable", "S-O-F-L_X@sync"} == other


@pytest.mark.parametrize(
    ("name", "kernel", "verdict"),
    [
        # The test of stable writes, inverted in v2.
        ("S-O-S@stable", "v2-posted", "sometimes"),
        ("S-O-S@stable", "5.19", "never"),
        # It also dropped the mark where nobody minds writeback.
        ("S-O-S@unstable", "v2-posted", "sometimes"),
        ("S-O-S@unstable", "5.19", "never"),
        # Map counts: a reference that outlives the mapping sees what comes later.
        ("S-O-F-S_Gr-U-RR", "5.10", "always"),
        ("S-O-F-S_Gr-U-RR", "5.18", "never"),
        # Reference counts: direct I/O is lost; the mark mends it.
        ("S-Gw-O-WR-L", "5.18", "never"),
        ("S-Gw-O-WR-L", "5.19", "always"),
        # Architectures without the bit, until 6.2.
        ("S-Gr-O-S-RR@arm", "6.2", "never"),
        ("S-Gr-O-S-RR@arm", "6.3", "always"),
        # zram with a racing thread.
        ("S-O_S@race-zram", "6.2", "never"),
        ("S-O_S@race-zram", "6.3", "sometimes"),
        # swapoff loses bits before 5.19.
        ("S-V-O-Z-S", "5.18", "never"),
        ("S-V-O-Z-S", "5.19", "always"),
        # The bypass of the swap cache ends in 7.0.
        ("S-O-F-L_X@sync", "6.19", "sometimes"),
        ("S-O-F-L_X@sync", "7.0", "never"),
        # Exclusive read faults are mapped writable.
        ("S-O-L@writable", "6.3", "never"),
        ("S-O-L@writable", "6.12", "always"),
    ],
)
def test_history(program: Program, name: str, kernel: str, verdict: str) -> None:
    """Bugs and changes that are known, each found by one test."""
    assert verdict == run_litmus(program, catalogue()[name], kernel).verdict


def test_a_story_ends_where_the_condition_holds(program: Program) -> None:
    """The witness of v2: a store while the device reads the page."""
    result = run_litmus(program, catalogue()["S-O-S@stable"], "v2-posted")

    assert ("P0: store 2", "P0: load r0") == result.story
    assert {"torn", "P0 mapped exclusive writable"} < set(result.outcome)
    drawn = chart(result)
    assert drawn.startswith("<svg ")
    assert "P0: " not in drawn
    assert "store 2" in drawn


def test_every_test_can_be_read_out() -> None:
    for test in catalogue().values():
        told = in_english(test)
        assert told.startswith(f"{test.name}: {test.result}\n  {test.question}")
        assert test.written in told


def test_kernels_are_known(program: Program) -> None:
    assert set(KERNELS) <= set(program.catalog.kernels)
