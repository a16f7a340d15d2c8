"""The four depths of explanation, from one structure."""

from __future__ import annotations

from typing import Any

import pytest

from swapin.model import Depth
from swapin.program import Program

STABLE: dict[str, Any] = {
    "kernel": {"release": "6.1"},
    "architecture": "x86_64",
    "swap_device": {"backend": "null_blk", "stable_writes": True},
    "pte": {"raw": "0x7fffffffffbfe0a"},
    "access": {"write": True},
    "folio": {
        "fresh": False,
        "ksm": False,
        "writeback": True,
        "writeback_ended": False,
        "large": False,
    },
    "vma": {"writable": True},
}


def test_deciding(program: Program) -> None:
    """The rules that decided each outcome, with their reasons."""
    explained = program.evaluate(STABLE, Depth.DECIDING).explanation

    assert [
        ("exclusive", ("writeback.stable-writes",)),
        ("mapped_exclusive", ()),
        ("pte_writable", ()),
        ("write", ("wp.copy",)),
        ("path", ()),
    ] == [(entry.outcome, entry.deciding) for entry in explained.outcomes]
    assert () == explained.rules


def test_rules(program: Program) -> None:
    """Every rule that was asked, with each condition as it was found."""
    verdict = program.evaluate(STABLE, Depth.RULES)
    traces = {trace.id: trace for trace in verdict.explanation.rules}

    assert set(program.catalog.rules) == set(traces)
    veto = traces["writeback.stable-writes"]
    assert ("VETO", "ANSWER_YES") == (veto.kind, veto.truth)
    assert {
        "folio.fresh": "ANSWER_NO",
        "folio.writeback": "ANSWER_YES",
        "swap_device.stable_writes": "ANSWER_YES",
    } == {condition.name: condition.truth for condition in veto.conditions}
    # Nobody gave the reference count; the swap cache's reference settles it.
    reuse = {c.name: c.truth for c in traces["reuse.sole-reference"].conditions}
    assert "ANSWER_NO" == reuse["folio.sole_reference"]


def test_flip(program: Program) -> None:
    """The fewest given facts whose change flips the outcome."""
    verdict = program.evaluate(STABLE, Depth.FLIP)
    (exclusive, *_) = verdict.explanation.outcomes

    assert {
        ("folio.writeback=false",),
        ("swap_device.stable_writes=false",),
    } == set(exclusive.flips)


@pytest.mark.parametrize("kernel", ["5.10", "6.1", "6.12", "7.3"])
def test_flips_flip(program: Program, kernel: str) -> None:
    """Every flip, applied, gives the outcome another value."""
    described = {**STABLE, "kernel": {"release": kernel}, "pte": {"uffd_wp": False}}
    verdict = program.evaluate(described, Depth.FLIP)
    flips = [(e.outcome, f) for e in verdict.explanation.outcomes for f in e.flips]

    assert flips
    for outcome, changes in flips:
        changed: dict[str, Any] = {key: _copy(value) for key, value in described.items()}
        for change in changes:
            name, value = change.split("=")
            place, field = name.split(".")
            changed[place][field] = value == "true"
        assert verdict.outcomes[outcome] != program.evaluate(changed).outcomes[outcome]


def _copy(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value


def test_prose(program: Program) -> None:
    """A paragraph that says what, why, on what kernel and with which source."""
    prose = program.evaluate(STABLE, Depth.PROSE).explanation.prose

    for part in (
        "On v6.1 (swap_device.stable_writes=true instead of what the presets say)",
        "under writeback, and the device requires stable writes",
        "which copies the page",
        "It would be exclusive with ",
        "commit 1493a1913e34",
    ):
        assert part in prose


def test_each_depth_has_what_the_one_before_has(program: Program) -> None:
    """A deeper explanation never loses what a shallower one tells."""
    shallow = program.evaluate(STABLE, Depth.NONE).to_dict()
    for depth in Depth:
        deep = program.evaluate(STABLE, depth).to_dict()
        assert shallow["outcomes"] == deep["outcomes"]
        for part in shallow.get("explanation", {}):
            assert part in deep["explanation"]
        shallow = deep
