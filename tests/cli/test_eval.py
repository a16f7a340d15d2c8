"""``swapin eval``: JSON, JSON lines, flags; text and JSON out; exit status."""

from __future__ import annotations

import io
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from swapin.cli import main
from swapin.program import Program

FLAGS = [
    *("--kernel", "6.1", "--arch", "x86_64", "--backend", "null_blk"),
    *("--fact", "swap_device.stable_writes=true", "--pte", "0x7fffffffffbfe0a"),
    *("--fact", "access.write=true", "--fact", "folio.fresh=false"),
    *("--fact", "folio.ksm=false", "--fact", "folio.writeback=true"),
]
SAME = {
    "kernel": {"release": "6.1"},
    "architecture": "x86_64",
    "swap_device": {"backend": "null_blk", "stable_writes": True},
    "pte": {"raw": "0x7fffffffffbfe0a"},
    "access": {"write": True},
    "folio": {"fresh": False, "ksm": False, "writeback": True},
}


def test_flags_and_file_are_the_same(
    program: Program, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same fault by flags, by file and by the library: the same bytes."""
    file = tmp_path / "fault.json"
    file.write_text(json.dumps(SAME, indent=2), encoding="utf-8")

    assert 0 == main(["eval", *FLAGS, "--json"])
    by_flags = capsys.readouterr().out
    assert 0 == main(["eval", str(file), "--json"])
    by_file = capsys.readouterr().out
    assert program.evaluate(SAME).to_json() + "\n" == by_flags == by_file


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    """The text answers first, then argues."""
    assert 0 == main(["eval", *FLAGS, "--explain", "flip"])
    lines = capsys.readouterr().out.splitlines()

    assert lines[0].startswith("not mapped exclusive (kernel 6.1, observed")
    assert "[writeback.stable-writes]" in lines[1]
    assert any(line.startswith("exclusive would differ with:") for line in lines)


@pytest.mark.parametrize("depth", ["none", "deciding", "rules", "flip", "prose"])
def test_depths(depth: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every depth prints something of its own."""
    assert 0 == main(["eval", *FLAGS, "--explain", depth])
    marks = {
        "none": "pte_writable",
        "deciding": "[writeback.stable-writes]",
        "rules": "found folio.fresh no, folio.writeback yes",
        "flip": "would differ with",
        "prose": "because the swap-cache page is under writeback",
    }

    assert marks[depth] in capsys.readouterr().out


def test_variant_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """``--kernel`` takes the name of a variant."""
    arguments = ["v2-posted" if flag == "6.1" else flag for flag in FLAGS]

    assert 0 == main(["eval", *arguments, "--json"])
    verdict = json.loads(capsys.readouterr().out)
    assert ("v2-posted", "ANSWER_YES") == (
        verdict["provenance"]["kernel"],
        verdict["outcomes"]["exclusive"],
    )


def test_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One result a line in order; a bad line gives an error object and stops nothing."""
    good = json.dumps(SAME)
    unknown = json.dumps({**SAME, "kernel": {"release": "6.99"}})
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{good}\nnot json\n\n3\n{unknown}\n{good}\n"))

    assert 2 == main(["eval", "-", "--json"])
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert ["outcomes", "error", "error", "error", "outcomes"] == [
        next(iter(result)) for result in results
    ]
    assert [2, 4, 5] == [result["error"]["line"] for result in results[1:4]]
    assert [["MALFORMED"], ["MALFORMED"], ["UNKNOWN_NAME"]] == [
        [problem["reason"] for problem in result["error"]["problems"]] for result in results[1:4]
    ]


def test_lines_as_others_write_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte order mark and other ends of lines are nothing; a member twice is an error."""
    twice = '{"kernel": {"release": "6.1"}, "folio": {"ksm": true, "ksm": false}}'
    fault = '{"kernel": {"release": "6.1"}, "folio": {"ksm": true}}'
    written = f"\ufeff{fault}\r\n{twice}\r\n{fault}\r\n".encode()
    (tmp_path / "faults.jsonl").write_bytes(written)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(written), encoding="latin-1"))

    for source in (str(tmp_path / "faults.jsonl"), "-"):
        assert 2 == main(["eval", source, "--json", "--explain", "none"])
        first, error, last = map(json.loads, capsys.readouterr().out.splitlines())
        assert ("ANSWER_NO", first) == (first["outcomes"]["exclusive"], last)
        (problem,) = error["error"]["problems"]
        assert (2, "MALFORMED") == (error["error"]["line"], problem["reason"])
        assert "not JSON: an object has `ksm` twice" == problem["message"]


@pytest.mark.parametrize(
    ("closed", "arguments", "status"),
    [
        ("<&-", "eval - --json", 2),
        (">&-", "eval --kernel 6.1 --json", 2),
        ("2>&-", "eval nowhere.jsonl", 2),
        ("<&- >&- 2>&-", "eval --kernel 6.1 --out {out}", 0),
    ],
)
def test_closed_streams(closed: str, arguments: str, status: int, tmp_path: Path) -> None:
    """Not being able to read or write is told, and is no error of swapin's own."""
    asked = arguments.format(out=tmp_path / "out")
    done = subprocess.run(
        ["sh", "-c", f"{shlex.quote(sys.executable)} -m swapin {asked} {closed}"],
        capture_output=True,
        text=True,
        check=False,
    )
    told = "" if "2>&-" in closed else "swapin: [Errno 9] Bad file descriptor\n"
    assert (status, "", told) == (done.returncode, done.stdout, done.stderr)


def test_array(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A JSON array is as many descriptions."""
    file = tmp_path / "faults.json"
    file.write_text(json.dumps([SAME, SAME]), encoding="utf-8")

    assert 0 == main(["eval", str(file), "--json"])
    assert 2 == len(capsys.readouterr().out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["eval"], "give a FILE"),
        (["eval", "-", "--kernel", "6.1"], "a file or flags, not both"),
        (["eval", "--kernel", "6.1", "--fact", "folio.ksm"], "not NAME=VALUE"),
        (["eval", "--kernel", "6.1", "--fact", "folio.ksm=maybe"], "`maybe` is not true or false"),
        (["eval", "--kernel", "v2-postd"], "did you mean `v2-posted`?"),
        (["eval", "--fact", "folio.ksm=true"], "names its kernel"),
        (
            ["eval", "--kernel", "6.1", "--fact", "folio.wxyz12345=1"],
            "`folio.wxyz12345`; there are `folio.a",
        ),
        (["eval", "/nonexistent.json"], "swapin: `/nonexistent.json`: No such file"),
        (["kernels", "show", "9.9"], "no kernel `9.9`"),
        (["constraints", "show", "?"], "no constraint `?`; there are `"),
        (["eval", "/nonexistent.jsonl"], "swapin: `/nonexistent.jsonl`: No such file"),
        (["check", "--server", "127.0.0.1:1", "--format", "sarif"], "in JSON, not sarif"),
        (["eval", "--kernel", "6.1", "--server", "127.0.0.1:1"], "UNAVAILABLE"),
    ],
)
def test_bad_usage(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be answered is exit status 2 with one plain line."""
    assert 2 == main(arguments)
    told = capsys.readouterr()
    assert "" == told.out
    assert message in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("arguments", "bounds"),
    [
        ("explore --kernel 6.1 --steps 0", "`0` is not a number from 1 to 1000"),
        ("explore --kernel 6.1 --most-states -1", "--most-states"),
        ("capture script --seconds soon", "`soon` is not a number from 1 to"),
        ("lab run --kernel 6.1 --out x --jobs 3", "`3` is not a number from 1 to 2"),
        ("eval --kernel 6.1 --jobs 1025", "`1025` is not a number from 1 to 1024"),
    ],
)
def test_numbers_have_bounds(
    arguments: str, bounds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One outside of them is refused with the option and the bounds."""
    with pytest.raises(SystemExit) as ended:
        main(arguments.split())
    assert 2 == ended.value.code
    assert bounds in capsys.readouterr().err
