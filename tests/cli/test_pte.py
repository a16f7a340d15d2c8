"""``swapin pte``: text and JSON, streams with bad lines, exit status."""

from __future__ import annotations

import io
import json

import pytest

from swapin.cli import main

X86 = ["--arch", "x86_64", "--kernel", "6.1"]
GOOD = "0x7fffffffffbfe0a"


def feed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_decode_for_eyes(capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence of the documentation."""
    assert 0 == main(["pte", "decode", GOOD, *X86])

    told = capsys.readouterr().out
    assert told.startswith(f"{GOOD}: swap, type 0, offset 0x200; exclusive; soft-dirty; not uffd")


def test_there_and_back(capsys: pytest.CaptureFixture[str]) -> None:
    """What decode prints, encode takes by flags."""
    assert 0 == main(["pte", "decode", "--json", *X86, GOOD, str(int(GOOD, 16))])
    by_hexadecimal, by_decimal = map(json.loads, capsys.readouterr().out.splitlines())
    flags = ["--type", "0", "--offset", "0x200", "--exclusive", "--soft-dirty"]
    assert 0 == main(["pte", "encode", "--json", *X86, *flags])

    assert by_hexadecimal == by_decimal == json.loads(capsys.readouterr().out)


def test_stream_with_bad_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line in, one line out; a bad one has its error in its place and stops nothing."""
    lines = [GOOD, "nonsense", "", "0", "0x7fffffffffbfe0b", "\ud800", GOOD]
    feed(monkeypatch, *lines)
    assert 2 == main(["pte", "decode", "-", "--json", *X86])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert [None, 2, 4, 5, 6, None] == [each.get("error", {}).get("line") for each in found]
    reasons = [p["reason"] for each in found if "error" in each for p in each["error"]["problems"]]
    assert ["WRONG_TYPE", "NOT_A_SWAP_PTE", "NOT_A_SWAP_PTE", "WRONG_TYPE"] == reasons

    feed(monkeypatch, *lines)
    assert 2 == main(["pte", "decode", "-", *X86])
    text = capsys.readouterr().out.splitlines()
    assert [False, True, True, True, True, False] == [t.startswith("error: line") for t in text]


def test_encode_stream(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Encode takes what decode gives; flags stand in for an architecture that is not named."""
    feed(monkeypatch, GOOD, "0x1ffffffffdb97400", "1")
    assert 2 == main(["pte", "decode", "-", "--json", *X86])
    first, second, error = capsys.readouterr().out.splitlines()
    short = json.dumps({"type": 3, "offset": "0x12345"})
    other = json.dumps({"type": 3, "offset": 5, "architecture": "arm64", "kernel": "6.12"})
    feed(monkeypatch, first, error, "[" * 100_000, "3", "", second, short, other)
    assert 2 == main(["pte", "encode", "-", "--json", *X86])
    found = capsys.readouterr().out.splitlines()

    assert [first, second] == [found[0], found[4]]
    assert second == found[5]
    assert ("arm64", "0x50c0") == tuple(map(json.loads(found[6]).get, ("architecture", "raw")))
    errors = [json.loads(line)["error"] for line in found[1:4]]
    assert [2, 3, 4] == [each["line"] for each in errors]
    assert ["UNKNOWN_FIELD", "MALFORMED", "MALFORMED"] == [
        each["problems"][0]["reason"] for each in errors
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["decode", "x", *X86], "raw: `x` is not a number"),
        (["decode", "0", *X86], "raw: `0x0` is not a non-zero value"),
        (["decode", GOOD, "--arch", "x86_63", "--kernel", "6.1"], "did you mean `x86_64`?"),
        (["decode", GOOD, "--arch", "ia64", "--kernel", "6.7"], "up to 6.2, 6.3 to 6.6"),
        (
            ["encode", *X86, "--type", "32", "--offset", "1"],
            "type `32` does not fit; it is 0 to 31",
        ),
        (["encode", *X86, "--type", "3"], "offset: the offset is not given"),
        (["encode", "--type", "3", "--offset", "1"], "architecture: the architecture is not given"),
        (["encode", *X86, "--type", "0", "--offset", "0x4000000000000"], "0 to 0x3ffffffffffff"),
        (["encode", "-", *X86, "--type", "3"], "on standard input or by flags, not both"),
        (["decode", GOOD, *X86, "--server", "127.0.0.1:1"], "UNAVAILABLE"),
    ],
)
def test_bad_usage(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be answered is exit status 2 with a plain line that names the field."""
    assert 2 == main(["pte", *arguments])
    told = capsys.readouterr()

    assert "" == told.out
    assert message in told.err
    assert "Traceback" not in told.err
