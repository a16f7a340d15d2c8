"""``swapin prove``: yes, no with a state, and what it refuses."""

from __future__ import annotations

import json

import pytest

from swapin.cli import main


def test_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """A page is mapped writable only if it is mapped exclusive."""
    assert 0 == main(["prove", "implies", "pte_writable", "mapped_exclusive", "--kernel", "6.1"])

    told = capsys.readouterr().out.splitlines()
    assert "holds" == told[0]
    assert "every fault that maps a page" in told[1]


@pytest.mark.parametrize(("kernel", "holds"), [("v2-posted", False), ("5.19", True)])
def test_the_inversion(kernel: str, holds: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the posted patch maps a page exclusive that is under writeback to such a device."""
    under_writeback = "folio.writeback & swap_device.stable_writes & ~folio.fresh"
    args = ["prove", "disjoint", under_writeback, "exclusive", "--kernel", kernel, "--json"]

    assert (0 if holds else 1) == main(args)

    told = json.loads(capsys.readouterr().out)
    assert holds is told["holds"]
    assert holds == (not told["counterexample"])
    if not holds:
        assert told["counterexample"]["swap_device.stable_writes"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["implies", "exclusive"], "`implies` is about 2, not 1"),
        (["always", "exclusiv"], "exclusive"),
        (["always", "reuse.page-locked-map-count"], "expression"),
    ],
)
def test_refused(args: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The error says what is allowed."""
    assert 2 == main(["prove", *args, "--kernel", "6.1"])

    assert message in capsys.readouterr().err
