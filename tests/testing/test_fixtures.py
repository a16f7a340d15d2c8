"""``swapin.pytest`` as a stranger's test suite uses it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import swapin.pytest

FAULT = """
FAULT = {
    "kernel": {"release": "6.1"}, "architecture": "x86_64",
    "swap_device": {"backend": "null_blk", "stable_writes": True},
    "pte": {"swp_exclusive": True}, "access": {"write": True},
    "folio": {"fresh": False, "ksm": False, "writeback": True}}
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder whose tests have the fixtures."""
    pytester.makeconftest('pytest_plugins = ["swapin.pytest"]')
    return pytester


def test_fixtures(suite: pytest.Pytester) -> None:
    """Program, server and client say the same; the check passes where it should."""
    suite.makepyfile(
        FAULT
        + """
def test_all(swapin_program, swapin_evaluate, swapin_server, swapin_client):
    assert swapin_server.startswith("127.0.0.1:")
    verdict = swapin_evaluate(FAULT)
    assert verdict.to_json() == swapin_client.evaluate(FAULT).to_json()
    assert verdict.provenance.catalog == swapin_program.catalog.fingerprint

def test_outcomes(swapin_assert_outcomes, swapin_evaluate):
    verdict = swapin_assert_outcomes(FAULT, exclusive="no", path="PATH_UNDETERMINED")
    assert verdict is swapin_assert_outcomes(verdict, pte_writable="ANSWER_NO")
"""
    )
    result = suite.runpytest_subprocess("-W", "error", timeout=120)

    result.assert_outcomes(passed=2)


def test_failures(suite: pytest.Pytester) -> None:
    """A check that fails says what came out, by which rule, and what would flip it."""
    suite.makepyfile(
        FAULT
        + """
def test_wrong(swapin_assert_outcomes):
    swapin_assert_outcomes(FAULT, exclusive="yes", pte_writable="no")

def test_no_outcome(swapin_assert_outcomes):
    swapin_assert_outcomes(FAULT, exclusiv="yes")

def test_no_value(swapin_assert_outcomes):
    swapin_assert_outcomes(FAULT, write="maybe")

def test_no_text(swapin_assert_outcomes):
    swapin_assert_outcomes(FAULT, exclusive=False)
"""
    )
    result = suite.runpytest_subprocess("-W", "error", timeout=120)

    result.assert_outcomes(failed=4)
    told = result.stdout.str()
    for line in (
        "exclusive is ANSWER_NO, not ANSWER_YES",
        "[writeback.stable-writes]",
        "exclusive would differ with: folio.writeback=false, or swap_device.stable_writes=false",
        "no outcome `exclusiv`; there are exclusive",
        "`write` is never `maybe`; its values are WRITE_",
        "`exclusive` is never `False`; its values are ANSWER_YES",
    ):
        assert line in told
    assert "pte_writable is" not in told


def test_costs_nothing_until_used() -> None:
    """Loading the fixtures imports nothing of swapin but themselves."""
    code = """
import sys, pytest
before = set(sys.modules)
import swapin.pytest
print(sorted(name for name in set(sys.modules) - before if not name.startswith("importlib")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "['swapin', 'swapin.pytest']\n" == done.stdout


def test_the_page_is_true(root: Path, suite: pytest.Pytester) -> None:
    """The page names every fixture, and its example passes."""
    text = (root / "docs" / "testing.md").read_text(encoding="utf-8")
    conftest, example = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert set(swapin.pytest.__all__) - {"AssertOutcomes"} == set(
        re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    )
    suite.makeconftest(conftest)
    suite.makepyfile(example)

    suite.runpytest_subprocess("-W", "error", timeout=120).assert_outcomes(passed=1)
