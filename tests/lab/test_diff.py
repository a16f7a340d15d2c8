"""`swapin lab diff`: what two kernels did differently, and that the model says so too."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from swapin.cli import main


def shipped(root: Path, release: str) -> str:
    return str(root / "tests" / "observations" / f"x86_64-{release}.jsonl.gz")


def test_mapped_writable_on_a_read_fault(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """6.12 maps an owned page writable when it is read, so the store after it takes no fault."""
    assert 1 == main(["lab", "diff", shipped(root, "6.1"), shipped(root, "6.12"), "--json"])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    owned = [d for d in found if d["scenario"] == "private" and "zram" in d["backend"]]

    assert [("write", "load, then store")] == [(d["outcome"], d["access"]) for d in owned]
    for told in (owned[0]["did"], owned[0]["said"]):
        assert (["WRITE_REUSED"], ["WRITE_IN_PLACE"]) == (list(told["before"]), list(told["after"]))
    assert owned[0]["as_modelled"]


def test_no_difference(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A kernel does what it did itself."""
    assert 0 == main(["lab", "diff", shipped(root, "6.1"), shipped(root, "6.1")])
    assert "0 differences\n" == capsys.readouterr().out


def test_a_bad_line_is_told(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And everything else is still compared."""
    file = tmp_path / "b.jsonl"
    with gzip.open(shipped(root, "6.1"), "rt", encoding="utf-8") as lines:
        file.write_text(lines.read() + "{\n", encoding="utf-8")

    assert 2 == main(["lab", "diff", shipped(root, "6.1"), str(file)])
    output = capsys.readouterr()
    assert "0 differences\n" == output.out
    assert "no observation" in output.err
