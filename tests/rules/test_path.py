"""How a fault ends: each row one step away from a fault that maps its page."""

from __future__ import annotations

from typing import Any

import pytest

from swapin.model import Fault
from swapin.program import Program

# A page that the swap cache has, in order, with nobody else about.
MAPPED = {
    "pte.entry.swap": True,
    "pte.same": True,
    "access.vma_lock": False,
    "swap_device.available": True,
    "folio.swapcache_hit": True,
    "folio.allocated": True,
    "folio.locked": True,
    "folio.entry_matches": True,
    "folio.hwpoison": False,
    "folio.ksm_copy": False,
    "folio.uptodate": True,
    "folio.large": False,
}
ENTRIES = (
    "migration",
    "device_private",
    "device_exclusive",
    "hwpoison",
    "swapin_error",
    "marker_uffd_wp",
    "marker_poisoned",
    "marker_guard",
    "bad",
)
# Read past the swap cache, by a synchronous device with one swap PTE left.
BYPASS = {
    "folio.swapcache_hit": False,
    "swap_device.synchronous_io": True,
    "swap_count": True,
    "folio.fresh": True,
    "swap_slot.claimed": True,
}
# Read into the swap cache.
READ = {"folio.swapcache_hit": False, "swap_device.synchronous_io": False}
COPY = {"folio.ksm_copy": True, "folio.fresh": True}
LARGE = {"folio.large": True, "folio.range_matches": False}
NOTHING: dict[str, bool] = {}


def entry(name: str) -> dict[str, bool]:
    """The PTE holds an entry of this kind."""
    return {f"pte.entry.{value}": value == name for value in ("swap", *ENTRIES)}


@pytest.mark.parametrize(
    ("kernel", "change", "path"),
    [
        pytest.param("6.12", NOTHING, "MAPPED", id="nothing ends it"),
        pytest.param("5.10", entry("migration"), "MIGRATION", id="migration entry"),
        pytest.param("6.1", entry("device_exclusive"), "DEVICE_EXCLUSIVE", id="device exclusive"),
        pytest.param("5.10", entry("hwpoison"), "POISONED", id="poison entry"),
        pytest.param("6.1", entry("swapin_error"), "BUS_ERROR", id="swap-in error, own type"),
        pytest.param("6.2", entry("marker_poisoned"), "BUS_ERROR", id="swap-in error, marker"),
        pytest.param("6.6", entry("marker_poisoned"), "POISONED", id="poison marker"),
        pytest.param("6.1", entry("marker_uffd_wp"), "BUS_ERROR", id="marker not for anon"),
        pytest.param("6.2", entry("marker_uffd_wp"), "MISSING", id="marker for anon"),
        pytest.param(
            "6.12",
            {**entry("marker_uffd_wp"), "pte.same": False, "vma.uffd_wp": False},
            "RACED",
            id="marker left over",
        ),
        pytest.param(
            "6.1",
            {**entry("device_exclusive"), "folio.locked": False},
            "RETRIED",
            id="device exclusive page locked",
        ),
        pytest.param("6.13", entry("marker_guard"), "GUARD", id="guard"),
        pytest.param("7.3", entry("bad"), "BUS_ERROR", id="bad entry"),
        pytest.param("6.1", entry("device_private"), "DEVICE_PRIVATE", id="device private"),
        pytest.param(
            "6.1", {**entry("device_private"), "pte.same": False}, "RACED", id="its PTE changed"
        ),
        pytest.param(
            "5.10",
            {**entry("device_private"), "pte.same": False},
            "DEVICE_PRIVATE",
            id="5.10 does not look again",
        ),
        pytest.param(
            "6.17",
            {**entry("device_private"), "folio.locked": False},
            "RETRIED",
            id="its page is locked",
        ),
        pytest.param(
            "6.6",
            {**entry("device_private"), "access.vma_lock": True},
            "RETRIED",
            id="not under the VMA lock",
        ),
        pytest.param("6.5", {"access.vma_lock": True}, "RETRIED", id="6.5 retries every fault"),
        pytest.param("6.6", {"access.vma_lock": True}, "MAPPED", id="6.6 does not"),
        pytest.param("5.14", {"swap_device.available": False}, "RACED", id="swapoff"),
        pytest.param("5.10", {"swap_device.available": False}, "MAPPED", id="5.10 does not ask"),
        pytest.param(
            "6.17",
            {"folio.hwpoison": True, "folio.locked": False},
            "POISONED",
            id="poison before the lock",
        ),
        pytest.param(
            "6.18",
            {"folio.hwpoison": True, "folio.locked": False},
            "RETRIED",
            id="lock before the poison",
        ),
        pytest.param("6.18", {"folio.hwpoison": True}, "POISONED", id="poison under the lock"),
        pytest.param(
            "6.17",
            {"folio.hwpoison": True, **READ},
            "MAPPED",
            id="poison of a page just read",
        ),
        pytest.param("6.12", {"folio.locked": False}, "RETRIED", id="locked by another"),
        pytest.param("6.12", {"folio.entry_matches": False}, "RACED", id="another entry's folio"),
        pytest.param("6.12", {"pte.same": False}, "RACED", id="another fault was first"),
        pytest.param("6.12", {"folio.uptodate": False}, "BUS_ERROR", id="read error"),
        pytest.param(
            "6.12",
            {**READ, "folio.allocated": False},
            "OUT_OF_MEMORY",
            id="no folio",
        ),
        pytest.param(
            "6.12",
            {**READ, "folio.allocated": False, "pte.same": False},
            "RACED",
            id="no folio, nor need of one",
        ),
        pytest.param("6.12", {**COPY, "folio.allocated": False}, "OUT_OF_MEMORY", id="no copy"),
        pytest.param("6.12", COPY, "MAPPED", id="a copy for KSM"),
        pytest.param("6.12", BYPASS, "MAPPED", id="past the swap cache"),
        pytest.param("6.12", {**BYPASS, "swap_slot.claimed": False}, "RACED", id="slot taken"),
        pytest.param("6.7", {**BYPASS, "swap_slot.claimed": False}, "MAPPED", id="6.7 claims none"),
        pytest.param("6.12", LARGE, "MAPPED", id="one page of a large folio"),
        pytest.param("6.12", BYPASS | LARGE, "RACED", id="a fresh large folio, changed range"),
        pytest.param("7.0", LARGE | {"folio.anon": False}, "RACED", id="dropped"),
        pytest.param("7.0", LARGE | {"folio.anon": True}, "MAPPED", id="an anon one is mapped"),
    ],
)
def test_one_step_from_mapped(
    program: Program, kernel: str, change: dict[str, bool], path: str
) -> None:
    """A fault that maps its page, with only the facts named in the row changed."""
    known: dict[str, Any] = {**MAPPED, **change}
    verdict = program.evaluate(Fault(release=kernel, facts=known))

    assert f"PATH_{path}" == verdict.outcomes["path"]
    if path != "MAPPED":
        ends = ("ANSWER_NO", "ANSWER_NO", "ANSWER_NO", "WRITE_NOT_ALLOWED")
        assert ends == tuple(verdict.outcomes.values())[:4]


def test_charge_or_allocation(program: Program) -> None:
    """What the model does not cover is undetermined, with that reason and nothing to ask."""
    change = {"folio.allocated": False, "pte.same": False}
    facts = {**MAPPED, **BYPASS, **change}
    del facts["folio.fresh"]
    verdict = program.evaluate(Fault(release="6.1", facts=facts))
    (told,) = [e for e in verdict.explanation.outcomes if e.outcome == "path"]

    assert "PATH_UNDETERMINED" == told.answer
    assert ("memory.charge-or-allocation",) == told.deciding
    assert () == told.settled_by
