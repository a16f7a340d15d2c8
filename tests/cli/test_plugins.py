"""``swapin plugins`` with strangers' distributions, good and broken, installed by pip."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import strangers
from schemas import validator
from swapin.catalog import Catalog

GOOD = ("swapin-nbd", "swapin-mill", "swapin-vendor", "swapin-quarantine")
BROKEN = {
    "circle": ("rule circle", "would depend on itself"),
    "duplicate": ("rule ksm", "declaration of plugin `linux` of distribution `swapin`"),
    "garbage": ("swapin_backends", "expected Backend, got str"),
    "import_failure": ("import", "No module named 'swapin_no_such_module'"),
    "never_fires": ("rule never", "can never fire"),
    "newer": ("swapin_contract", "written for version 99 of the hooks; here is 1"),
    "raising": ("swapin_rules", "RuntimeError: the vendor's server does not answer"),
    "silencing": ("constraint silencing.no-ksm", "rule ksm of plugin `linux` could never fire"),
    "unknown_fact": ("rule typo", "unknown fact `folio.writebac` (did you mean `folio.writeback`"),
}


@pytest.fixture(scope="module")
def good(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    sources = (root / "tests" / "thirdparty" / name for name in GOOD)
    return strangers.install(tmp_path_factory.mktemp("good"), *sources)


@pytest.fixture(scope="module")
def broken(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = root / "tests" / "thirdparty" / "swapin-broken"
    return strangers.install(tmp_path_factory.mktemp("broken"), source)


def doctor(site: Path, *arguments: str, **more: str) -> tuple[int, dict[str, Any]]:
    done = strangers.run(site, "swapin", "plugins", "doctor", "--json", *arguments, **more)
    assert "" == done.stderr
    return done.returncode, json.loads(done.stdout)


def test_doctor_of_good_ones(good: Path, catalog: Catalog) -> None:
    """Nothing is wrong; where rules of two plugins meet, it shows the fault."""
    status, found = doctor(good)
    validator("doctor", catalog).validate(found)

    assert (0, [], []) == (status, found["failures"], found["shadowed"])
    loaded = {(plugin["plugin"], plugin["distribution"]) for plugin in found["plugins"]}
    assert ("mill", "swapin-mill 1.2.0") in loaded
    assert all(plugin["load_milliseconds"] > 0 for plugin in found["plugins"])
    (met,) = (
        overlap
        for overlap in found["overlaps"]
        if overlap["rules"] == ["pte.swp-exclusive", "quarantine.held"]
    )
    assert met["conflict"]
    assert (["linux", "quarantine"], ["6.12-scrub"]) == (met["plugins"], met["kernels"])
    assert ["quarantine.state=held"] == met["state"]


def test_doctor_of_broken_ones(broken: Path, catalog: Catalog) -> None:
    """Each fault is told with plugin, distribution and declaration; nothing of theirs is left."""
    status, found = doctor(broken)
    validator("doctor", catalog).validate(found)
    listed = strangers.run(broken, "swapin", "plugins", "list", "--json")
    validator("plugins", catalog).validate(json.loads(listed.stdout))
    failures = {failure["plugin"]: failure for failure in found["failures"]}

    assert (3, True, catalog.fingerprint) == (status, found["degraded"], found["catalog"])
    assert set(BROKEN) == set(failures)
    for plugin, (declaration, message) in BROKEN.items():
        assert "swapin-broken 0.9.0" == failures[plugin]["distribution"]
        assert declaration == failures[plugin]["declaration"]
        assert message in failures[plugin]["message"]


def test_strict_and_blocked(broken: Path, catalog: Catalog) -> None:
    """A strict load names the failure and ends with 3; a blocked plugin is no failure."""
    strict = strangers.run(broken, "swapin", "eval", "--kernel", "6.1", SWAPIN_STRICT="1")
    assert 3 == strict.returncode
    assert "of distribution `swapin-broken`" in strict.stderr
    lenient = strangers.run(
        broken, "swapin", "eval", "--kernel", "6.1", "--no-strict", "--json", SWAPIN_STRICT="1"
    )
    assert 3 == lenient.returncode
    assert json.loads(lenient.stdout)["provenance"]["degraded"]
    status, found = doctor(broken, "--plugins-block", "swapin-broken")
    assert (0, catalog.fingerprint, len(BROKEN)) == (
        status,
        found["catalog"],
        len(found["not_selected"]),
    )


def test_verdicts_carry_the_selection(good: Path, catalog: Catalog, tmp_path: Path) -> None:
    """The fingerprint of a verdict is that of the plugins that a file, or a flag, selects."""
    path = tmp_path / "swapin.toml"
    path.write_text('[plugins]\nallow = ["vendor"]\n', encoding="utf-8")

    def fingerprint(*options: str) -> str:
        done = strangers.run(
            good, "swapin", "eval", "--kernel", "6.1", "--json", *options, SWAPIN_CONFIG=str(path)
        )
        assert 0 == done.returncode, done.stderr
        told: str = json.loads(done.stdout)["provenance"]["catalog"]
        return told

    with_vendor = fingerprint()
    assert with_vendor != catalog.fingerprint
    assert catalog.fingerprint == fingerprint("--plugins-allow", "")
    assert with_vendor != fingerprint("--plugins-allow", "vendor,swapin-mill")
    unknown = strangers.run(good, "swapin", "plugins", "list", "--plugins-allow", "vendro")
    assert 2 == unknown.returncode
    assert "no plugin `vendro` (did you mean `vendor`?)" in unknown.stderr


def test_shown(good: Path) -> None:
    """One plugin, whole: version, hooks, their version, and how long it took to load."""
    done = strangers.run(good, "swapin", "plugins", "show", "quarantine")

    for line in (
        "from plugin quarantine of swapin-quarantine 0.2.0",
        "contract: 1",
        "edition: quarantine-1",
        "  - swapin_rules",
        "load_milliseconds: ",
    ):
        assert line in done.stdout
