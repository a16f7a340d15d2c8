"""The program of bpftrace in real kernels: what it tells is what was done there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from held import Told, guests_of
from readmes import copied, play
from swapin.debian.tools import missing_tools

# A load of each page, and in another process a store to each that may be written.
SCRIPT = """\
bpftrace -q /swapins.bt > /told 2> /refused &
program=$!
until grep -q architecture /told || [ ! -e /proc/$program ]; do sleep 1; done
for access in load store; do
    hold $access
    release
    echo "@@ used $access"
done
kill -INT $program
wait $program
sed 's/^/@@ refused /' /refused
sed 's/^/@@ line /' /told
"""


@pytest.mark.emulator
@pytest.mark.slow
@pytest.mark.parametrize("release", ["6.1", "7.3"])
def test_the_program_in_a_real_kernel(release: str, root: Path, tmp_path: Path) -> None:
    """Each fault once, with what followed; and the pipes of the README take it."""
    if missing := missing_tools(["bpftrace"]):
        pytest.skip(missing[0])
    folder = copied(root / "docs" / "examples" / "capture-stream", tmp_path)
    guests = guests_of(release, tmp_path)
    runs = {"load": Told(), "store": Told()}
    left = iter(runs.values())
    lines: list[str] = []
    refused: list[str] = []
    told = next(left)

    def line(text: str) -> None:
        nonlocal told
        word, _, rest = text.partition(" ")
        if word == "line":
            lines.append(rest)
        elif word == "refused":
            refused.append(rest)
        elif word == "used":
            told = next(left, told)
        else:
            told.take(text)

    files = {"swapins.bt": (folder / "swapins.bt").read_bytes()}
    options = ("-m", "2048")
    ended = guests.boot(SCRIPT, line, programs=("bpftrace",), files=files, options=options)

    assert ("", []) == (ended.why, refused)
    faults = {}
    for one in map(json.loads, filter(lambda text: text.startswith("{"), lines)):
        (access,) = (name for name, run in runs.items() if run.pid == one["tid"])
        by_address = {address: name for name, (address, _) in runs[access].pages.items()}
        faults[access, by_address[one["fault"]["addr"]]] = one
    held = ("cold", "forked", "fixed", "cached", "writing")
    assert {(access, name) for access in runs for name in held} == {*faults}
    for (access, name), one in faults.items():
        write = access == "store" and name != "fixed"
        assert write == bool(one["fault"]["flags"] & 1)
        if not write:
            assert runs[access].exclusive[name] == bool(one["mapped"]["rmap"] & 1)
        assert (name in ("forked", "writing") and write) == bool(one["wp"] and one["copied"])

    (folder / "guest.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    play(folder, "With bpftrace", {"timeout -s INT 600 bpftrace -q swapins.bt": "cat guest.txt"})
    observed, verdicts = (
        [json.loads(text) for text in (folder / name).read_text(encoding="utf-8").splitlines()]
        for name in ("observed.jsonl", "verdicts.jsonl")
    )
    assert len(faults) == len(observed) == len(verdicts)
    for record, verdict in zip(observed, verdicts, strict=True):
        device, seen = record["swap_device"], record["observed"]
        assert (True, False) == (device["stable_writes"], device["synchronous_io"])
        answer = "ANSWER_YES" if seen["rmap_exclusive"] else "ANSWER_NO"
        assert answer == verdict["outcomes"]["mapped_exclusive"]
        if record["access"]["write"]:
            # Who else has a page, and until when it is written, no probe sees.
            possible = (
                {"WRITE_COPIED", "WRITE_UNDETERMINED"} if seen["copied"] else {"WRITE_IN_PLACE"}
            )
            assert verdict["outcomes"]["write"] in possible
