"""The marker decision, told as on the mailing list: each row one step from an owned page."""

from __future__ import annotations

import pytest

from swapin.model import Fault
from swapin.program import Program

# A page that belongs to one process, swapped out to a plain disk and long written.
OWNED = {
    "pte.have_arch_swp_exclusive": True,
    "pte.swp_exclusive": True,
    "pte.uffd_wp": False,
    "pte.soft_dirty": True,
    "access.write": True,
    "folio.ksm": False,
    "folio.fresh": False,
    "folio.writeback": False,
    "folio.sole_reference": False,
    "swap_device.stable_writes": False,
    "vma.writable": True,
}
NO_BIT = {"pte.swp_exclusive": False}
FRESH = {"folio.fresh": True}
LATE = {"folio.writeback": True}
STABLE = {"swap_device.stable_writes": True}
KSM = {"folio.ksm": True}
MARKER_KERNELS = ("5.19", "6.1", "6.12", "6.17", "7.3")


@pytest.mark.parametrize("kernel", MARKER_KERNELS)
@pytest.mark.parametrize(
    ("change", "exclusive", "deciding"),
    [
        pytest.param({}, True, ("pte.swp-exclusive",), id="owned"),
        pytest.param(NO_BIT, False, (), id="shared by fork, or no bit"),
        pytest.param(NO_BIT | FRESH, True, ("swapcache.fresh",), id="fresh, no bit"),
        pytest.param(LATE, True, ("pte.swp-exclusive",), id="writeback, plain disk"),
        pytest.param(STABLE, True, ("pte.swp-exclusive",), id="stable writes, written"),
        pytest.param(LATE | STABLE, False, ("writeback.stable-writes",), id="both"),
        pytest.param(KSM, False, ("ksm",), id="KSM beats the bit"),
    ],
)
def test_one_step_from_owned(
    program: Program,
    kernel: str,
    change: dict[str, bool],
    exclusive: bool,
    deciding: tuple[str, ...],
) -> None:
    """An owned page, with only the facts named in the row changed."""
    known = {**OWNED, **change}
    if known["folio.fresh"] or known["access.write"]:
        # What the references are follows from the row.
        del known["folio.sole_reference"]
    verdict = program.evaluate(Fault(release=kernel, facts=known))

    assert ("ANSWER_YES" if exclusive else "ANSWER_NO") == verdict.outcomes["exclusive"]
    assert deciding == verdict.explanation.outcomes[0].deciding


@pytest.mark.parametrize(
    ("kernel", "write", "writable"),
    [("5.19", False, False), ("6.10", False, False), ("6.11", False, True), ("7.3", True, True)],
)
def test_exclusive_read_faults_are_mapped_writable_since_6_11(
    program: Program, kernel: str, write: bool, writable: bool
) -> None:
    """A read fault on an exclusive page maps it read-only up to 6.10, writable since."""
    known = {**OWNED, "access.write": write}
    del known["folio.sole_reference"]
    outcomes = program.evaluate(Fault(release=kernel, facts=known)).outcomes

    assert ("ANSWER_YES" if writable else "ANSWER_NO") == outcomes["pte_writable"]
    assert ("WRITE_IN_PLACE" if writable else "WRITE_REUSED") == outcomes["write"]


@pytest.mark.parametrize(
    ("kernel", "mapped", "write"),
    [
        ("6.19", "ANSWER_YES", "WRITE_IN_PLACE"),
        ("7.0", "ANSWER_NO", "WRITE_REUSED"),
        ("7.3", "ANSWER_NO", "WRITE_REUSED"),
    ],
)
def test_the_reuse_that_died_in_7_0(program: Program, kernel: str, mapped: str, write: str) -> None:
    """Synchronous device, marker clear, last user: exclusive before 7.0, reused later since."""
    fault = {
        "kernel": {"release": kernel},
        "architecture": "x86_64",
        "swap_device": {"backend": "zram"},
        "pte": {"raw": "0x7fffffffffbfe02"},
        "access": {"write": False},
        "swap_count": 1,
        "folio": {
            "swapcache_hit": False,
            "ksm": False,
            "large": False,
            "ksm_copy": False,
            "writeback": False,
            "mapped": False,
            "extra_reference": False,
        },
        "vma": {"writable": True},
    }
    outcomes = program.evaluate(fault).outcomes

    assert (mapped, write) == (outcomes["mapped_exclusive"], outcomes["write"])
