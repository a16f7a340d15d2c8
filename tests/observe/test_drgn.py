"""Fault descriptions from the memory of real kernels equal what those kernels said of the pages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import swapin
from held import Told, dump_of, guests_of, symbols_of
from swapin.cli import main
from swapin.program import Program

SWAPPED = ("cold", "forked", "fixed", "cached", "writing")


def slot_in(entry: int) -> tuple[int, int]:
    """Type and offset in an entry of pagemap: bits 0 to 4, and 5 to 54; bit 62 says swapped."""
    assert entry >> 62 == 1
    return entry & 31, entry >> 5 & (1 << 50) - 1


@pytest.mark.emulator
@pytest.mark.slow
@pytest.mark.parametrize(
    "release",
    [
        # swap_map and an XArray by device offset.
        "6.1",
        # The swap table has both.
        "7.3",
    ],
)
def test_descriptions_equal_what_the_guest_knows(
    release: str,
    tmp_path: Path,
    program: Program,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Raw PTE, count, VMA, device and swap cache; and the verdicts that follow."""
    pytest.importorskip("drgn")
    from swapin.observe.drgn import fault_of, opened, task_of

    guests = guests_of(release, tmp_path)
    core, symbols = tmp_path / "core", symbols_of(guests.image)
    dump = dump_of(guests, core)
    task = task_of(opened(core, [symbols]), dump.pid)
    faults = {
        name: fault_of(task, dump.pages[name][0], write=True, catalog=program.catalog).fault
        for name in SWAPPED
    }
    codec = swapin.PteCodec(program.catalog)

    assert dump.told["version"].startswith(f"{release}.")
    for name, fault in faults.items():
        pte = codec.decode(fault["pte"]["raw"], "x86_64", release)
        assert slot_in(dump.pages[name][1]) == (pte.type, pte.offset)
        assert (name != "forked") == pte.exclusive
        assert {"kernel": {"release": release}, "access": {"write": True}}.items() <= fault.items()
        assert {"writable": name != "fixed", "uffd_wp": False} == fault["vma"]
        device = fault["swap_device"]
        assert (dump.told["stable_writes"] == "1") == device["stable_writes"]
        assert (False, True, False) == tuple(
            device[fact] for fact in ("synchronous_io", "available", "rw_page")
        )
        assert not device.get("zero_filled", False)
        assert (2 if name == "forked" else 1) == fault["swap_count"]
        assert (name in ("cached", "writing")) == fault["folio"]["swapcache_hit"]
    for name in ("cold", "forked", "fixed"):
        new = dict.fromkeys(("swapcache_hit", "ksm_copy", "writeback", "anon", "ksm"), False)
        assert {**new, "mapped": False, "sole_user": name != "forked"} == faults[name]["folio"]
    for name in ("cached", "writing"):
        folio = faults[name]["folio"]
        assert (name == "writing") == folio["writeback"]
        assert {"uptodate", "anon", "locked", "sole_user"} <= {n for n, v in folio.items() if v}
        assert not any(folio[fact] for fact in ("ksm", "large", "mapped", "hwpoison", "ksm_copy"))
    assert not faults["cached"]["folio"]["extra_reference"]

    verdicts = {name: program.evaluate(fault) for name, fault in faults.items()}
    (exclusive,) = (
        one for one in verdicts["writing"].explanation.outcomes if one.outcome == "exclusive"
    )
    assert ("ANSWER_NO", ("writeback.stable-writes",)) == (exclusive.answer, exclusive.deciding)
    assert "ANSWER_YES" == verdicts["cached"].outcomes["exclusive"]
    assert "WRITE_IN_PLACE" == verdicts["cached"].outcomes["write"]

    addresses = [f"--address={dump.pages[name][0]:#x}" for name in (*SWAPPED, "present", "zero")]
    given = [f"--pid={dump.pid}", f"--core={core}", f"--symbols={symbols}", "--write"]
    assert 2 == main(["capture", "drgn", *given, *addresses, "--address=0x1000"])
    output = capsys.readouterr()
    assert list(faults.values()) == [json.loads(line) for line in output.out.splitlines()]
    assert f"`{dump.pages['present'][0]:#x}` is mapped" in output.err
    assert f"`{dump.pages['zero'][0]:#x}` has no PTE" in output.err
    assert "`0x1000` is in no mapping" in output.err
    assert "of /dev/mapper/held, disk dm-0" in output.err


LIVE = """\
dd if=/dev/vda of=/vmlinux bs=1M 2> /dev/null
hold load
addresses=$(sed -n 's/^@@ page [a-z]* [0-9]* \\(0x[0-9a-f]*\\) .*/--address=\\1/p' /held)
python3 -m swapin capture drgn --pid $held --symbols /vmlinux --no-write $addresses \\
    > /faults 2> /said
echo "@@ status $?"
sed 's/^/@@ fault /' /faults
sed 's/^/@@ said /' /said
release
"""
# What the command imports, by running it as far as it goes here.
IMPORTS = """
import contextlib, io, runpy, swapin.__main__, swapin.cli
import _drgn_util.plugins, drgn.commands._builtin, drgn.commands._crash
with contextlib.redirect_stderr(io.StringIO()):
    swapin.cli.main(["capture", "drgn", "--pid=1", "--address=1", "--core=/dev/null"])
"""


@pytest.mark.emulator
@pytest.mark.slow
def test_descriptions_of_a_live_kernel(tmp_path: Path, program: Program) -> None:
    """The command in the guest, on the kernel that runs; then the pages are faulted in."""
    pytest.importorskip("drgn")
    # swap_map, and an XArray by offset in the space.
    release = "6.12"
    guests = guests_of(release, tmp_path)
    told = Told()
    faults: list[dict[str, Any]] = []
    said: list[str] = []

    def line(text: str) -> None:
        word, _, rest = text.partition(" ")
        if word == "fault":
            faults.append(json.loads(rest))
        elif word == "said":
            said.append(rest)
        else:
            told.take(text)

    disk = f"file={symbols_of(guests.image)},format=raw,readonly=on,if=virtio"
    options = ("-m", "2048", "-drive", disk)
    ended = guests.boot(LIVE, line, imports=IMPORTS, options=options)

    assert ("", "2") == (ended.why, told.told["status"]), said
    by_name = dict(zip(SWAPPED, faults, strict=True))
    codec = swapin.PteCodec(program.catalog)
    for name, fault in by_name.items():
        pte = codec.decode(fault["pte"]["raw"], "x86_64", release)
        assert slot_in(told.pages[name][1]) == (pte.type, pte.offset)
        if name == "writing":
            # Its device was suspended until it had been used.
            fault["folio"]["writeback_ended"] = False
        verdict = program.evaluate(fault)
        exclusive = "ANSWER_YES" if told.exclusive[name] else "ANSWER_NO"
        assert exclusive == verdict.outcomes["mapped_exclusive"], name
        if name != "fixed":
            assert told.copied[name] == (verdict.outcomes["write"] == "WRITE_COPIED"), name
        assert "WRITE_UNDETERMINED" != verdict.outcomes["write"], name
    assert {"cold", "fixed", "cached"} == {name for name, one in told.exclusive.items() if one}
    assert ["mapped", "no PTE", "in no mapping"] == [
        word for line in said for word in ("mapped", "no PTE", "in no mapping") if word in line
    ]


def test_the_page_names_facts(root: Path, program: Program) -> None:
    """What the page says a description has are facts of the catalog."""
    text = (root / "docs" / "observations.md").read_text(encoding="utf-8")
    table = text.partition("## From the memory of a kernel")[2].partition("Not described")[0]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    named = set()
    for cell in cells:
        first, *rest = re.findall(r"`([\w.]+)`", cell)
        holder = first.partition(".")[0]
        named |= {first, *(f"{holder}{name}" if name[0] == "." else name for name in rest)}

    assert len(named) > 20
    assert named - {"kernel.release", "architecture", "pte.raw"} <= set(program.catalog.facts)


def test_no_vmcore(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no dump of a kernel is refused."""
    pytest.importorskip("drgn")
    file = tmp_path / "core"
    file.write_bytes(b"no core")

    assert 2 == main(["capture", "drgn", "--pid=1", "--address=0x1000", f"--core={file}"])
    assert "cannot be read" in capsys.readouterr().err


def test_without_the_extra() -> None:
    """It says what to install."""
    code = (
        "import sys; sys.modules['drgn'] = None; from swapin.cli import main;"
        "sys.exit(main(['capture', 'drgn', '--pid=1', '--address=1']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )

    assert 2 == done.returncode
    assert "pip install swapin[drgn]" in done.stderr
