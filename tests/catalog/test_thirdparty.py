"""A stranger's distribution, installed by pip, adds presets, a fact and a rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import strangers
from swapin.catalog import Catalog


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed the stranger's distribution."""
    source = root / "tests" / "thirdparty" / "swapin-nbd"
    return strangers.install(tmp_path_factory.mktemp("site"), source)


def swapin(installed: Path, *arguments: str, stdin: str = "") -> tuple[int, str]:
    """Run the command with the stranger's distribution in sight."""
    done = strangers.run(installed, "swapin", *arguments, stdin=stdin)
    assert "" == done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("backends", "nbd"),
        ("architectures", "toy32"),
        ("kernels", "vendor-6.1"),
        ("rules", "vendor.quarantine"),
        ("facts", "vendor.quarantined"),
        ("plugins", "nbd"),
    ],
)
def test_shown_with_its_distribution(installed: Path, kind: str, name: str) -> None:
    """What the plugin declares is loaded, and told from which distribution it came."""
    status, out = swapin(installed, kind, "show", name, "--json")

    assert 0 == status
    assert ("nbd", "swapin-nbd 0.3.0") == (
        json.loads(out)["plugin"],
        json.loads(out)["distribution"],
    )


def evaluate(installed: Path, description: dict[str, Any]) -> dict[str, Any]:
    status, out = swapin(installed, "eval", "-", "--json", stdin=json.dumps(description))
    assert 0 == status
    verdict: dict[str, Any] = json.loads(out)
    return verdict


def test_evaluated(installed: Path, catalog: Catalog) -> None:
    """Backend, kernel and rule take part in verdicts, and the fingerprint says so."""
    fault = {
        "kernel": {"release": "6.1", "variant": "vendor-6.1"},
        "architecture": "x86_64",
        "swap_device": {"backend": "nbd"},
        "pte": {"raw": "0x7fffffffffbfe0a"},
        "access": {"write": False},
        "folio": {"ksm": False, "fresh": False, "writeback": True},
        "vma": {"writable": True},
        "extension_facts": {"vendor.quarantined": False},
    }
    verdict = evaluate(installed, fault)

    assert ("ANSWER_YES", "ANSWER_YES") == (
        verdict["outcomes"]["exclusive"],
        verdict["outcomes"]["pte_writable"],
    )
    assert catalog.fingerprint != verdict["provenance"]["catalog"]
    assert not verdict["provenance"]["degraded"]
    held = evaluate(installed, {**fault, "extension_facts": {"vendor.quarantined": True}})
    assert "ANSWER_NO" == held["outcomes"]["exclusive"]
    assert ["vendor.quarantine"] == held["explanation"]["outcomes"][0]["deciding"]
    open_question = evaluate(installed, {**fault, "extension_facts": {}})
    assert "vendor.quarantined" in open_question["settled_by"]


def test_architecture_without_the_bit(installed: Path) -> None:
    """On the stranger's architecture a marked swap PTE is impossible, and named so."""
    fault = {
        "kernel": {"release": "6.1"},
        "architecture": "toy32",
        "pte": {"swp_exclusive": True},
    }
    status, out = swapin(installed, "eval", "-", "--json", stdin=json.dumps(fault))

    assert 2 == status
    (first, *_) = json.loads(out)["error"]["problems"]
    assert "IMPOSSIBLE_FAULT" == first["reason"]
    assert "architecture toy32" in first["message"]


def test_a_stranger_lies_in_stacks(installed: Path) -> None:
    """A backend that knows nothing of stacks is a leaf: it lies below layers, over nothing."""
    status, out = swapin(installed, "backends", "show", "md-raid1/dm-crypt/nbd", "--json")
    rows = json.loads(out)["details"]["latched"]

    assert 0 == status
    assert {False} == {row["value"] for row in rows if row["flag"] == "SWP_STABLE_WRITES"}
    fault = {"kernel": {"release": "6.1"}, "swap_device": {"stack": ["nbd", "sata"]}}
    status, out = swapin(installed, "eval", "-", "--json", stdin=json.dumps(fault))
    assert 2 == status
    assert "`nbd` is a leaf" in json.loads(out)["error"]["problems"][0]["message"]
