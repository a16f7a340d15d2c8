"""Reading descriptions: both spellings, presets, overrides, and errors that name the field."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from swapin.analysis.query import read_query
from swapin.analysis.reach import reach
from swapin.analysis.side import side_of
from swapin.model import Fault, FaultError, Reason
from swapin.program import Program
from swapin.program.ptes import PteCodec

DESIGN: dict[str, Any] = {
    "kernel": {"release": "6.1"},
    "architecture": "x86_64",
    "swap_device": {"backend": "null_blk", "stable_writes": True},
    "pte": {"swp_exclusive": True},
    "access": {"write": True},
    "folio": {"fresh": False, "ksm": False, "writeback": True},
}


def problems(program: Program, description: Any) -> list[tuple[str, Reason]]:
    with pytest.raises(FaultError) as caught:
        program.evaluate(description)
    return [(problem.field, problem.reason) for problem in caught.value.problems]


def test_the_documented_example(program: Program) -> None:
    """Stable writes, under writeback, marked: not exclusive, and the override is told."""
    verdict = program.evaluate(DESIGN)

    assert "ANSWER_NO" == verdict.outcomes["exclusive"]
    assert ("writeback.stable-writes",) == verdict.explanation.outcomes[0].deciding
    (override,) = verdict.provenance.overrides
    assert ("swap_device.stable_writes", True, "backend null_blk") == (
        override.fact,
        override.given,
        override.preset,
    )


def test_camel_case_is_the_same(program: Program) -> None:
    """lowerCamelCase names are read as the original ones."""
    camel = {
        "kernel": {"release": "6.1"},
        "architecture": "x86_64",
        "swapDevice": {"backend": "null_blk", "stableWrites": True},
        "pte": {"swpExclusive": True},
        "access": {"write": True},
        "folio": {"fresh": False, "ksm": False, "writeback": True},
        "swapCount": None,
    }

    assert program.evaluate(DESIGN).to_json() == program.evaluate(camel).to_json()


def test_raw_pte_stands_for_its_bits(program: Program) -> None:
    """A raw PTE is decoded by the architecture's layout of the kernel's release."""
    raw = {**DESIGN, "pte": {"raw": "0x7fffffffffbfe0a"}}
    bits = {
        **DESIGN,
        "pte": {"entry": "swap", "swp_exclusive": True, "soft_dirty": True, "uffd_wp": False},
    }

    assert program.evaluate(bits).to_json() == program.evaluate(raw).to_json()


def test_variant(program: Program) -> None:
    """The v2 patch keeps the page exclusive that the merged one does not."""
    posted = {**DESIGN, "kernel": {"release": "5.19", "variant": "v2-posted"}}

    assert "ANSWER_YES" == program.evaluate(posted).outcomes["exclusive"]


def test_capabilities_can_be_overridden(program: Program) -> None:
    """A kernel without the marker, described by overriding one capability."""
    backport = {**DESIGN, "kernel": {"release": "6.1", "writable_on_read_fault": True}}
    reading = {**backport, "access": {"write": False}, "vma": {"writable": True}}
    reading["folio"] = {"fresh": False, "ksm": False, "writeback": False}
    reading["pte"] = {"raw": "0x7fffffffffbfe0a"}

    assert "ANSWER_YES" == program.evaluate(reading).outcomes["pte_writable"]


def test_constraints_settle_what_is_left_out(program: Program) -> None:
    """A synchronous device, swap count 1, no hit: fresh, though nobody said so."""
    described = {
        "kernel": {"release": "6.12"},
        "architecture": "x86_64",
        "swap_device": {"backend": "zram"},
        "swap_count": 1,
        "folio": {"swapcache_hit": False},
    }

    assert "ANSWER_YES" == program.evaluate(described).outcomes["exclusive"]
    later = {**described, "kernel": {"release": "7.3"}}
    assert "ANSWER_UNDETERMINED" == program.evaluate(later).outcomes["exclusive"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"kernel": None}, [("kernel.release", Reason.MISSING)]),
        ({"kernel": {"release": "6.99"}}, [("kernel.release", Reason.UNKNOWN_NAME)]),
        (
            {"kernel": {"release": "6.1", "variant": "v2-posted"}},
            [("kernel.variant", Reason.UNKNOWN_NAME)],
        ),
        ({"architecture": "x86-64"}, [("architecture", Reason.UNKNOWN_NAME)]),
        ({"architecture": 64}, [("architecture", Reason.WRONG_TYPE)]),
        (
            {"swap_device": {"backend": "zarm"}},
            [("swap_device.backend", Reason.UNKNOWN_NAME)],
        ),
        ({"folio": {"writback": True}}, [("folio.writback", Reason.UNKNOWN_FIELD)]),
        ({"foilo": {"ksm": True}}, [("foilo", Reason.UNKNOWN_FIELD)]),
        ({"foilo": None}, [("foilo", Reason.UNKNOWN_FIELD)]),
        ({"folio": {"kms": None}}, [("folio.kms", Reason.UNKNOWN_FIELD)]),
        ({"folio": {"ksm": 1}}, [("folio.ksm", Reason.WRONG_TYPE)]),
        ({"folio": True}, [("folio", Reason.WRONG_TYPE)]),
        ({"kernel": "6.1"}, [("kernel", Reason.WRONG_TYPE)]),
        ({"kernel": {"release": 6.1}}, [("kernel.release", Reason.WRONG_TYPE)]),
        ({"swap_count": 0}, [("swap_count", Reason.WRONG_TYPE)]),
        ({"swap_count": True}, [("swap_count", Reason.WRONG_TYPE)]),
        ({"pte": {"raw": "7fff"}}, [("pte.raw", Reason.WRONG_TYPE)]),
        ({"pte": {"raw": "0x1"}}, [("pte.raw", Reason.NOT_A_SWAP_PTE)]),
        ({"pte": {"entry": "huge"}}, [("pte.entry", Reason.WRONG_TYPE)]),
        (
            {"pte": {"raw": "0x7fffffffffbfe0a", "entry": "migration"}},
            [("pte.raw", Reason.DISAGREES), ("pte.entry", Reason.DISAGREES)],
        ),
        (
            {"pte": {"raw": "0x7fffffffffbfe0a"}, "architecture": None},
            [("architecture", Reason.MISSING)],
        ),
        (
            {"pte": {"raw": "0x7fffffffffbfe0a", "swp_exclusive": False}},
            [("pte.raw", Reason.DISAGREES), ("pte.swp_exclusive", Reason.DISAGREES)],
        ),
        (
            {"swap_device": {"stable_writes": True, "stableWrites": True}},
            [("swap_device.stable_writes", Reason.DISAGREES)],
        ),
        (
            {"folio": {"ksm": "yes", "fresh": 3}},
            [("folio.ksm", Reason.WRONG_TYPE), ("folio.fresh", Reason.WRONG_TYPE)],
        ),
        (
            {"extension_facts": {"vendor.thing": True}},
            [("extension_facts.vendor.thing", Reason.UNKNOWN_FIELD)],
        ),
    ],
)
def test_errors_name_the_field(
    program: Program, change: dict[str, Any], expected: list[tuple[str, Reason]]
) -> None:
    """Every problem is found, and each names its field and its reason."""
    assert expected == problems(program, {**DESIGN, **change})


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("true", '`"true"`'),
        ("maybe", "`maybe`"),
        ("", '`""`'),
        (1, "`1`"),
        (np.True_, "`np.True_`"),
    ],
)
def test_what_is_refused_is_told_apart_from_what_is_taken(
    program: Program, value: Any, told: str
) -> None:
    """A text that reads as a truth, or an object of another library, is not shown as one."""
    with pytest.raises(FaultError, match=f"^folio.ksm: {told} is not true or false"):
        program.evaluate({**DESIGN, "folio": {"ksm": value}})


@pytest.mark.parametrize("description", [[], "6.1", None, 3])
def test_no_object(program: Program, description: Any) -> None:
    """What is no object is malformed."""
    assert [("", Reason.MALFORMED)] == problems(program, description)


def test_words_do_not_hang_on_the_order_of_keys(program: Program) -> None:
    """The same contradiction is told in the same words, however the description is ordered."""
    one = {**DESIGN, "folio": {"fresh": True, "writeback": True}}
    two = dict(reversed([*one.items(), ("folio", {"writeback": True, "fresh": True})]))
    with pytest.raises(FaultError) as first:
        program.evaluate(one)
    with pytest.raises(FaultError) as second:
        program.evaluate(two)

    assert first.value.problems == second.value.problems


def test_near_match(program: Program) -> None:
    """An unknown name suggests the nearest known one."""
    with pytest.raises(FaultError, match=r"did you mean `folio\.writeback`\?"):
        program.evaluate({**DESIGN, "folio": {"writback": True}})


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        (
            {"folio": {"fresh": True, "writeback": True}},
            {"folio.fresh", "folio.writeback"},
        ),
        ({"architecture": "arm"}, {"pte.have_arch_swp_exclusive", "pte.swp_exclusive"}),
        ({"kernel": {"release": "5.18"}}, {"pte.have_arch_swp_exclusive", "pte.swp_exclusive"}),
        ({"swap_count": 2}, {"swap_count", "pte.swp_exclusive"}),
        (
            {"swap_device": {"backend": "zram"}},
            {"swap_device.rw_page", "folio.writeback"},
        ),
    ],
)
def test_contradictions(program: Program, change: dict[str, Any], fields: set[str]) -> None:
    """What a constraint excludes is an error that names the fields, and them alone."""
    found = problems(program, {**DESIGN, **change})

    assert {(field, Reason.IMPOSSIBLE_FAULT) for field in fields} == set(found)


@pytest.mark.parametrize(
    ("release", "kind", "offset", "path"),
    [
        ("5.10", "migration_write", 7, "PATH_MIGRATION"),
        ("6.1", "device_exclusive_read", 7, "PATH_DEVICE_EXCLUSIVE"),
        ("6.1", "swapin_error", 7, "PATH_BUS_ERROR"),
        ("6.2", "pte_marker", 2, "PATH_BUS_ERROR"),
        ("6.12", "pte_marker", 3, "PATH_POISONED"),
        ("6.12", "pte_marker", 1, "PATH_MISSING"),
        ("7.3", "pte_marker", 4, "PATH_GUARD"),
        ("7.3", "hwpoison", 7, "PATH_POISONED"),
    ],
)
def test_a_raw_pte_says_what_entry_it_holds(
    program: Program, release: str, kind: str, offset: int, path: str
) -> None:
    """A raw non-swap entry is described by its kind, and ends the fault as that does."""
    pte = PteCodec(program.catalog).encode(
        {"architecture": "x86_64", "kernel": release, "entry": kind, "offset": offset}
    )
    described = {
        "kernel": {"release": release},
        "architecture": "x86_64",
        "pte": {"raw": hex(pte.raw), "same": True},
        "access": {"vma_lock": False},
        "folio": {"locked": True},
    }

    assert path == program.evaluate(described).outcomes["path"]


@pytest.mark.parametrize(
    ("facts", "reason", "message"),
    [
        ({"folio.ksmm": True}, Reason.UNKNOWN_NAME, "did you mean `folio.ksm`?"),
        ({"folio.ksm": "no"}, Reason.WRONG_TYPE, "`'no'` is not true or false"),
        ({"folio.ksm": 1}, Reason.WRONG_TYPE, "`1` is not true or false"),
    ],
)
def test_facts_that_no_description_was_read_for(
    program: Program, facts: dict[str, Any], reason: Reason, message: str
) -> None:
    """Given by a library's user as they are, they are looked at all the same."""
    catalog = program.catalog
    asked = (
        lambda: program.evaluate(Fault(release="6.1", facts=facts)),
        lambda: side_of(catalog, "6.1", facts=facts),
        lambda: reach(catalog, read_query("ksm", catalog), kernels=["6.1"], facts=facts),
    )
    for ask in asked:
        with pytest.raises(FaultError, match=re.escape(message)) as refused:
            ask()
        assert [(*facts, reason)] == [(p.field, p.reason) for p in refused.value.problems]
