"""A comparison in prose: every difference, its rules and sources, and what is dead."""

from __future__ import annotations

import pytest

from swapin.cli import main


def letter(capsys: pytest.CaptureFixture[str], *sides: str) -> str:
    assert 0 == main(["explain-diff", *sides])
    out = capsys.readouterr().out
    assert all(len(line) <= 72 for line in out.splitlines())
    return " ".join(out.split())


def test_what_changed_in_7_0(capsys: pytest.CaptureFixture[str]) -> None:
    """What differs, exactly when, by which rule, and that the test is dead."""
    told = letter(capsys, "6.19", "7.0", "--outcome", "mapped_exclusive")

    for part in (
        "they differ in whether the rmap call says exclusive",
        "6.19 says yes and 7.0 no exactly when folio.swapcache_hit=false",
        "commit c145e0b47c77",
        "in 7.0 no rule holds",
        "is still there in 7.0 but dead: it can fire, and decides nothing",
    ):
        assert part in told


def test_what_did_not_change_in_7_3(capsys: pytest.CaptureFixture[str]) -> None:
    """That nothing differs is said, and that a dead rule was removed."""
    told = letter(capsys, "7.2", "7.3", "--outcome", "mapped_exclusive")

    assert "they decide every one alike" in told
    assert "is gone in 7.3, and decided nothing in 7.2 either" in told


def test_the_posted_patch(capsys: pytest.CaptureFixture[str]) -> None:
    """The mail that was cited is named."""
    told = letter(capsys, "v2-posted", "5.19", "--outcome", "exclusive")

    assert "[PATCH v2 1/8] mm/swap: remember PG_anon_exclusive via a swp pte bit" in told
    assert "the test is negated" in told
