"""Capture: the script is bounded and undoes what it does; its output becomes observations."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from schemas import VALIDATOR
from swapin.catalog import Catalog
from swapin.cli import main
from swapin.model import Release
from swapin.observe.btf import VMLINUX, Btf, BtfError, offsets_by_btf, page_bits_by_btf
from swapin.observe.capture import CaptureError, parse, script
from swapin.observe.observation import observation_of
from swapin.observe.probes import offsets_of
from swapin.service.schemas import schema

# Debian's 6.1.0-56 on null_blk, with a page that another process shares copied, and one owned.
CAPTURED = """\
# swapin capture 1
# release 6.1
# version 6.1.0-56-cloud-amd64
# architecture x86_64
# swaps 1
   firefox-141     [000] .....     5.33: fault: (do_swap_page+0x0/0x9b0) addr=0x7f0123456000 pte=0x7fffffffffbe002 flags=0x255 device=0x853
   firefox-141     [000] ...1.     5.34: anon_rmap: (page_add_anon_rmap+0x0/0x280) addr=0x7f0123456000 page=0xff8e9f12407c6580 page_flags=0xfffffc0088415 mapping=0xff27792042277271 refcount=3 rmap=0x0
   firefox-141     [000] ...1.     5.35: wp: (do_wp_page+0x0/0x380) addr=0x7f0123456000 flags=0x255
   firefox-141     [000] ...1.     5.36: new_anon_rmap: (page_add_new_anon_rmap+0x0/0x120) addr=0x7f0123456000 page=0xff8e9f12407c6c40 page_flags=0xfffffc0000004 mapping=0x0 refcount=1
   firefox-141     [000] .....     5.37: returned: (handle_mm_fault+0x1/0x2 <- do_swap_page) ret=0x0
   firefox-141     [000] .....     5.38: fault: (do_swap_page+0x0/0x9b0) addr=0x7f0123457000 pte=0x7fffffffffbdc0a flags=0x254 device=0x853
   firefox-141     [000] ...1.     5.39: anon_rmap: (page_add_anon_rmap+0x0/0x280) addr=0x7f0123457000 page=0xff8e9f12407c6580 page_flags=0xfffffc0080415 mapping=0xff27792042277271 refcount=2 rmap=0x1
   firefox-141     [000] .....     5.40: returned: (handle_mm_fault+0x1/0x2 <- do_swap_page) ret=0x0
   firefox-141     [000] ...1.     9.35: wp: (do_wp_page+0x0/0x380) addr=0x7f0123457000 flags=0x255
"""  # noqa: E501


@pytest.mark.parametrize("release", ["5.10", "6.1", "6.12", "7.3"])
def test_the_script_is_a_shell_script(release: str, tmp_path: Path) -> None:
    """Every POSIX shell reads it; it has its limits, and takes away what it set."""
    text = script(release, "x86_64", seconds=7, megabytes=3)
    file = tmp_path / "capture.sh"
    file.write_text(text, encoding="utf-8")

    subprocess.run(["sh", "-n", str(file)], check=True)
    assert "timeout 7 cat" in text
    assert f"head -c {3 * 1024 * 1024}" in text
    assert "trap undo EXIT" in text
    assert "/proc/kcore" not in text


@pytest.mark.parametrize(
    ("kernel", "architecture", "seconds", "message"),
    [
        ("6.1", "sparc", 1, "capture knows no `sparc`"),
        ("six", "x86_64", 1, "`six` is not a release such as `6.1`, nor `auto`"),
        ("6.1", "x86_64", 0, "limits are 1 to 86400 seconds"),
    ],
)
def test_what_cannot_be_captured(
    kernel: str, architecture: str, seconds: int, message: str
) -> None:
    """It is said which word is wrong."""
    with pytest.raises(CaptureError, match=message):
        script(kernel, architecture, seconds=seconds, megabytes=1)


def test_output_becomes_observations(catalog: Catalog) -> None:
    """What cannot be seen is left unknown; a write long after is none of the fault's."""
    copied, owned = parse(CAPTURED.splitlines(keepends=True), catalog, keep=False)

    assert "WRITE_COPIED" == observation_of(copied, catalog).write
    seen = observation_of(owned, catalog)
    assert (True, None) == (seen.mapped_exclusive, seen.write)
    assert "swap_count" not in seen.fault.facts
    assert "vma.soft_dirty_tracking" not in seen.fault.facts
    assert copied["swap_device"]["stable_writes"] is True


def test_names_and_addresses_are_dropped(catalog: Catalog) -> None:
    """Unless they are asked for."""
    lines = CAPTURED.splitlines()
    plain = json.dumps(list(parse(lines, catalog, keep=False)))
    kept = json.dumps(list(parse(lines, catalog, keep=True)))

    for word in ("firefox", "141", "7f0123456", "ff8e9f1240", "ff2779204"):
        assert word not in plain
    assert "firefox" in kept
    assert "0x7f0123456000" in kept


def test_flags_of_another_device_are_unknown(catalog: Catalog) -> None:
    """The probe reads the first device's; the PTE says which it is."""
    second = CAPTURED.replace("0x7fffffffffbe002", "0xffffffffffbe002")
    record, _ = parse(second.splitlines(), catalog, keep=False)

    assert record["swap_device"]["stable_writes"] is None


# Debian's 6.1.0-56: a page under writeback that was copied, and one that its process owned.
TOLD = """\
# swapin capture 1
# version 6.1.0-56-cloud-amd64
# architecture x86_64
{"tid": 150, "fault": {"addr": 140668301258752, "pte": 576460752303156234, "flags": 2645, "device": 2131, "device_type": 0}, "mapped": {"page_flags": 4503598554186773, "mapping": 18386908314786582737, "refcount": 2, "rmap": 0, "new": 0}, "wp": 1, "copied": 1}
{"tid": 150, "fault": {"addr": 140668301271040, "pte": 576460752303156746, "flags": 2645, "device": 2131, "device_type": 0}, "mapped": {"page_flags": 4503598554152989, "mapping": 18386908314786582737, "refcount": 1, "rmap": 1, "new": 0}, "wp": 0, "copied": 0}
"""  # noqa: E501


def test_faults_put_together_by_a_program(catalog: Catalog) -> None:
    """A line of JSON is what the probes' lines of a fault are; a torn one is passed over."""
    torn = [TOLD + '{"tid": 1, "fault": {"addr": 1', TOLD + '{"tid": 1, "fault": {}}']
    for text in (TOLD, *torn):
        copied, owned = parse(text.splitlines(keepends=True), catalog, keep=False)

        assert "WRITE_COPIED" == observation_of(copied, catalog).write
        seen = observation_of(owned, catalog)
        assert (True, "WRITE_IN_PLACE") == (seen.mapped_exclusive, seen.write)
        assert (True, True) == (
            copied["swap_device"]["stable_writes"],
            copied["at_map"]["writeback"],
        )


def test_flags_of_the_device_that_is_named(catalog: Catalog) -> None:
    """They count if the PTE names the same device, and only then."""
    of_another = TOLD.replace('"device_type": 0', '"device_type": 1')
    record, _ = parse(of_another.splitlines(), catalog, keep=False)

    assert record["swap_device"]["stable_writes"] is None


@pytest.mark.parametrize(("release", "exclusive"), [("6.1", True), ("6.12", False)])
def test_flags_of_new_pages(release: str, exclusive: bool, catalog: Catalog) -> None:
    """Before 6.11 the function had no such argument."""
    text = TOLD.replace('"new": 0', '"new": 1').replace("# version 6.1.", f"# version {release}.")
    record, _ = parse(text.splitlines(), catalog, keep=False)

    assert exclusive == record["observed"]["rmap_exclusive"]


def test_the_command(catalog: Catalog, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Script, output, observations, audit: each feeds the next."""
    assert 0 == main(["capture", "script", "--kernel", "6.1"])
    assert capsys.readouterr().out.startswith("#!/bin/sh\n")
    raw, made = tmp_path / "faults.txt", tmp_path / "faults.jsonl"
    raw.write_text(CAPTURED, encoding="utf-8")
    assert 0 == main(["capture", "parse", str(raw)])
    made.write_text(capsys.readouterr().out, encoding="utf-8")
    for line in made.read_text(encoding="utf-8").splitlines():
        VALIDATOR(schema("observation", catalog)).validate(json.loads(line))
    assert 0 == main(["audit", str(made)])
    assert "2 observations" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "# tracer: nop\n", "# swapin capture 1\n# release 6.1\n"])
def test_what_no_script_wrote(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is refused with a plain message."""
    file = tmp_path / "x"
    file.write_text(text, encoding="utf-8")

    assert 2 == main(["capture", "parse", str(file)])
    assert "capture" in capsys.readouterr().err


def test_type_information_of_this_machine() -> None:
    """Where the kernel has it, it says what the tables say of x86-64 since 5.18."""
    if not VMLINUX.exists():
        pytest.skip(f"this kernel has no type information: {VMLINUX} is missing")
    btf = Btf(VMLINUX.read_bytes())

    assert offsets_of(Release.parse("6.1"), word=8) == offsets_by_btf(btf)
    assert 0 < page_bits_by_btf(btf).swapbacked < 32
    with pytest.raises(BtfError, match="no `none` in `struct vm_fault`"):
        btf.offset("vm_fault", "none")


@pytest.mark.parametrize("data", [b"", b"\x9f\xeb", b"\0" * 64])
def test_what_is_no_type_information(data: bytes) -> None:
    """Short or foreign data are refused."""
    with pytest.raises(BtfError):
        Btf(data)
