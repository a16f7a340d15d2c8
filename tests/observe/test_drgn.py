"""Fault descriptions from the memory of real kernels equal what those kernels said of the pages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import swapin
from swapin.cli import main
from swapin.program import Program

SWAPPED = ("cold", "forked", "fixed", "cached", "writing")


def described(dump: Any, program: Program) -> dict[str, dict[str, Any]]:
    """The description of each page of the guest that is swapped out."""
    from swapin.observe.drgn import fault_of, opened, task_of

    task = task_of(opened(dump.core, [dump.symbols]), dump.pid)
    return {
        name: fault_of(task, dump.pages[name][0], write=True, catalog=program.catalog).fault
        for name in SWAPPED
    }


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
    dump_of: Callable[[str], Any],
    program: Program,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Raw PTE, count, VMA, device and swap cache; and the verdicts that follow."""
    pytest.importorskip("drgn")
    dump = dump_of(release)
    faults = described(dump, program)
    codec = swapin.PteCodec(program.catalog)

    assert dump.told["version"].startswith(f"{release}.")
    for name, fault in faults.items():
        # Bits 0 to 4 of a pagemap entry are the type, 5 to 54 the offset, 62 says swapped.
        entry = dump.pages[name][1]
        pte = codec.decode(fault["pte"]["raw"], "x86_64", release)
        assert (1, entry & 31, entry >> 5 & (1 << 50) - 1) == (entry >> 62, pte.type, pte.offset)
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
        assert {"swapcache_hit": False} == faults[name]["folio"]
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
    given = [f"--pid={dump.pid}", f"--core={dump.core}", f"--symbols={dump.symbols}", "--write"]
    assert 2 == main(["capture", "drgn", *given, *addresses, "--address=0x1000"])
    output = capsys.readouterr()
    assert list(faults.values()) == [json.loads(line) for line in output.out.splitlines()]
    assert f"`{dump.pages['present'][0]:#x}` is mapped" in output.err
    assert f"`{dump.pages['zero'][0]:#x}` has no PTE" in output.err
    assert "`0x1000` is in no mapping" in output.err
    assert "of /dev/nullb0, disk nullb0" in output.err


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
