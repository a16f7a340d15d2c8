"""Presets say what the kernel's sources say, and rules never compare releases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from swapin.catalog import Catalog
from swapin.program import Program

BIT_IN_6_1 = {"x86_64", "arm64", "s390x", "ppc64", "ppc64-4k"}


@pytest.mark.slow
def test_the_exclusive_bit_by_architecture(catalog: Catalog) -> None:
    """5.19 to 6.2: four architectures; since 6.3: all; before 5.19: none."""
    for name, architecture in catalog.architectures.items():
        for release, expected in (("5.18", False), ("6.1", name in BIT_IN_6_1), ("6.3", True)):
            if catalog.kernels[release].at not in architecture.releases:
                continue
            fault = {"kernel": {"release": release}, "architecture": name}
            marked = {**fault, "pte": {"swp_exclusive": True}}
            try:
                Program(catalog).evaluate(marked)
                possible = True
            except ValueError:
                possible = False
            assert expected == possible, (name, release)


@pytest.mark.parametrize(
    ("backend", "release", "stable", "synchronous", "rw_page"),
    [
        ("zram", "6.1", True, True, True),
        ("zram", "6.3", True, True, False),
        ("brd", "5.10", False, True, True),
        ("brd", "7.3", False, True, False),
        ("null_blk", "6.1", False, False, False),
        ("loop", "6.1", False, False, False),
        ("virtio-blk", "6.1", False, False, False),
        ("nvme", "6.1", None, False, False),
        ("scsi", "6.1", None, False, False),
        ("md-raid5", "6.1", None, False, False),
        ("dm-crypt", "6.1", None, False, False),
        ("swap-file", "6.1", None, None, None),
    ],
)
def test_backends(
    catalog: Catalog,
    backend: str,
    release: str,
    stable: bool | None,
    synchronous: bool | None,
    rw_page: bool | None,
) -> None:
    """What a backend binds in a release; what hardware or settings decide is not bound."""
    at = catalog.kernels[release].at
    bound = {b.fact: b.value for b in catalog.backends[backend].bindings if at in b.releases}

    assert (stable, synchronous, rw_page) == tuple(
        bound.get(f"swap_device.{name}") for name in ("stable_writes", "synchronous_io", "rw_page")
    )


def test_no_release_in_rules(root: Path) -> None:
    """A rule reads capabilities: no module of rules, facts or constraints compares releases."""
    comparison = re.compile(r"Release\b|[<>]=?\s*\(?\d+\s*[,.]\s*\d+|release\s*[<>=]")
    for folder in ("rules", "facts", "constraints", "invariants"):
        for path in (root / "plugins" / "swapin_linux" / folder).glob("*.py"):
            assert not comparison.search(path.read_text(encoding="utf-8")), path


def test_every_release_since_5_10(catalog: Catalog) -> None:
    """No mainline release from 5.10 to 7.3 is missing."""
    expected = [f"5.{minor}" for minor in range(10, 20)]
    expected += [f"6.{minor}" for minor in range(20)] + [f"7.{minor}" for minor in range(4)]

    assert expected == [k.release for k in catalog.kernels.values() if not k.variant]


@pytest.mark.parametrize(
    ("backend", "release", "stable"),
    [
        ("rbd", "6.1", True),
        ("nvme-pi", "6.12", True),
        ("nvme-tcp-data-digest", "5.10", True),
        ("iscsi-data-digest", "7.3", True),
        ("scsi-dix", "6.1", True),
        ("mmc-spi", "6.1", True),
        ("mmc", "6.1", False),
        ("sata", "6.1", False),
        ("ublk", "6.1", False),
        ("xen-blkfront", "6.1", False),
        ("pmem", "6.1", False),
        ("btt", "6.1", None),
        ("drbd", "5.10", False),
        ("drbd", "5.15", None),
        ("drbd", "6.1", True),
        ("dm-linear", "6.1", None),
        ("dm-integrity", "6.1", None),
        ("md-raid1", "6.1", None),
        ("swap-file-btrfs", "6.11", False),
        ("swap-file-btrfs", "6.12", None),
        ("swap-file-nfs", "7.3", False),
        ("zram-backing-dev", "6.0", True),
    ],
)
def test_stable_writes(catalog: Catalog, backend: str, release: str, stable: bool | None) -> None:
    """Who asks for stable writes, and since when; none where it depends."""
    at = catalog.kernels[release].at
    bound = {b.fact: b.value for b in catalog.backends[backend].bindings if at in b.releases}

    assert stable == bound.get("swap_device.stable_writes")


def test_the_suggestion_of_the_thread(program: Program) -> None:
    """zram before 6.1 shows writeback with a backing device and not without: a lost rw_page."""
    fault = {
        "kernel": {"release": "6.0"},
        "architecture": "x86_64",
        "pte": {"swp_exclusive": True},
        "folio": {"fresh": False, "ksm": False, "writeback": True},
    }
    with_device = {**fault, "swap_device": {"backend": "zram-backing-dev"}}

    assert "ANSWER_NO" == program.evaluate(with_device).outcomes["exclusive"]
    with pytest.raises(ValueError, match="rw_page keeps the folio lock"):
        program.evaluate({**fault, "swap_device": {"backend": "zram"}})
