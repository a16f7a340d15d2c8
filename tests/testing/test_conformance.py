"""The conformance kit: swapin's and good plugins pass, each wrong one fails by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import strangers
from swapin.testing import examine

GOOD = ("mill", "vendor", "quarantine")
FAULTS = {
    "shadowed": {"rule-matters[shadowed.ksm]": "so do ksm: kernel 5.10"},
    "unfired": {"rule-fires[unfired.nowhere]": "fires on no kernel"},
    "unguarded": {
        "unconcerned[exclusive]": "it was ANSWER_YES and is ANSWER_NO or ANSWER_YES",
        "unconcerned[mapped_exclusive]": "is ANSWER_NO or ANSWER_YES",
        "unconcerned[pte_writable]": "is ANSWER_NO or ANSWER_YES",
        "unconcerned[write]": "let a capability",
    },
    "narrowing": {
        f"unconcerned[{outcome}]": "and is impossible"
        for outcome in ("exclusive", "mapped_exclusive", "pte_writable", "write", "path")
    },
    "uncited": {
        "source[backend uncited]": "`probe()` is no name of a function",
        "source[backend uncited, swap_device.stable_writes]": "is no range",
    },
    "impossible": {"backend[impossible]": "no fault maps a page on kernel 5.10"},
    "lossy": {
        "layout[lossy, every release]": "present PTE",
        "architecture[lossy]": "and the layout of every release has no swp_exclusive",
    },
    "breaking": {
        "rule-matters[writeback.stable-writes of kernel 6.1-breaking]": "so do pte.swp",
        "invariants[6.1-breaking]": "breaks stable-writes where",
    },
}


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = ("swapin-mill", "swapin-vendor", "swapin-quarantine", "swapin-faulty", "swapin-broken")
    sources = (root / "tests" / "thirdparty" / name for name in names)
    return strangers.install(tmp_path_factory.mktemp("site"), *sources)


def conformance(site: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What a stranger types, in a folder without tests."""
    return strangers.run(
        site, "pytest", "-q", "-rA", "--color=no", "-p", "no:cacheprovider", *options, str(folder)
    )


def test_own_plugin_passes() -> None:
    """swapin's own plugin passes the kit that strangers' plugins have to pass."""
    results = examine("linux")

    assert [] == [str(result) for result in results if result.message]
    assert {
        *("loads", "compiles", "rule-fires", "rule-matters", "source", "unconcerned"),
        *("invariants", "layout", "architecture", "backend"),
    } == {result.check.value for result in results}


@pytest.mark.slow
def test_good_strangers_pass(site: Path, tmp_path: Path) -> None:
    options = [word for name in GOOD for word in ("--swapin-conformance", name)]
    done = conformance(site, tmp_path, *options)

    assert 0 == done.returncode, done.stdout
    for line in (
        "mill::layout[mill, every release]",
        "mill::architecture[mill]",
        "quarantine::rule-matters[quarantine.read]",
        "vendor::invariants[6.1-vendor]",
    ):
        assert f"swapin-conformance::{line}" in done.stdout


@pytest.mark.slow
def test_each_fault_by_name(site: Path, tmp_path: Path) -> None:
    """What is wrong fails, with what is wrong; nothing else fails."""
    options = [word for name in FAULTS for word in ("--swapin-conformance", name)]
    done = conformance(site, tmp_path, *options)
    failed = {
        line.partition("swapin-conformance::")[2].partition(" - ")[0]
        for line in done.stdout.splitlines()
        if line.startswith("FAILED")
    }

    assert 1 == done.returncode
    assert {f"{plugin}::{name}" for plugin, faults in FAULTS.items() for name in faults} == failed
    lines = [line for line in done.stdout.splitlines() if not line.startswith("FAILED")]
    for faults in FAULTS.values():
        for name, message in faults.items():
            assert any(line.startswith(f"{name}: ") and message in line for line in lines), name


def test_broken_ones_fail_to_load(site: Path, tmp_path: Path) -> None:
    done = conformance(site, tmp_path, "--swapin-conformance", "duplicate")

    assert 1 == done.returncode
    assert "loads[duplicate]: rule ksm: this name is taken" in done.stdout


def test_expected_failures(site: Path, tmp_path: Path) -> None:
    """A failure that is listed with a reason is expected; one that does not come fails."""
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nswapin_conformance_expected =\n"
        "    rule-matters[shadowed.ksm]: kept until the next release\n",
        encoding="utf-8",
    )
    done = conformance(site, tmp_path, "--swapin-conformance", "shadowed")
    assert 0 == done.returncode, done.stdout
    assert "kept until the next release" in done.stdout
    stale = conformance(site, tmp_path, "--swapin-conformance", "mill")
    assert 4 == stale.returncode
    assert "no check is called rule-matters[shadowed.ksm]" in stale.stderr
    unknown = conformance(site, tmp_path, "--swapin-conformance", "mil")
    assert 4 == unknown.returncode
    assert "no plugin `mil` (did you mean `mill`?)" in unknown.stderr


@pytest.mark.slow
def test_sources_in_a_tree(site: Path, tmp_path: Path) -> None:
    """Given a kernel tree, a source that should be true of it is looked up there."""
    tree = tmp_path / "linux"
    (tree / "mm").mkdir(parents=True)
    (tree / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 9\n", encoding="utf-8")
    source = tree / "mm" / "memory.c"
    options = ("--swapin-conformance", "vendor", "--swapin-kernel-tree", str(tree))
    source.write_text("int do_swap_page(void);\n", encoding="utf-8")
    done = conformance(site, tmp_path, *options)
    assert 1 == done.returncode
    assert "mentioned there, not defined in Linux 6.1.9" in done.stdout
    source.write_text("int do_swap_page(void)\n{\n\treturn 0;\n}\n", encoding="utf-8")
    assert 0 == conformance(site, tmp_path, *options).returncode


def test_costs_nothing_unless_used(tmp_path: Path) -> None:
    """A run of pytest without the option imports nothing of swapin but the options' module."""
    test = tmp_path / "test_nothing.py"
    test.write_text(
        "import sys\n\ndef test_nothing():\n"
        "    assert not [m for m in sys.modules if m.startswith('swapin.')\n"
        "                and not m.startswith('swapin.testing')]\n"
        "    assert 'swapin.testing.conformance' not in sys.modules\n",
        encoding="utf-8",
    )
    done = strangers.run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", str(test))
    assert 0 == done.returncode, done.stdout


def test_pytest_is_not_imported() -> None:
    code = "import sys, swapin.testing; swapin.testing.examine; print('pytest' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "False\n" == done.stdout
