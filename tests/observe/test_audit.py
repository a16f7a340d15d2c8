"""Audits: faults that real kernels took agree with the model, and a kernel that differs shows."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from swapin.catalog import Catalog
from swapin.model import Evidence, Fault, FaultError, Reason, Verdict
from swapin.observe import Audit, audit, read_observations
from swapin.observe.observation import observation_of
from swapin.program import Program

SHIPPED = sorted((Path(__file__).parent.parent / "observations").glob("*.jsonl.gz"))


def run(program: Program, path: Path) -> Audit:
    def evaluate(faults: Iterable[Fault]) -> Iterator[Verdict | FaultError]:
        for fault in faults:
            try:
                yield program.evaluate(fault)
            except FaultError as error:
                yield error

    return audit(read_observations(path, program.catalog), evaluate)


def records(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_real_kernels_agree(program: Program, path: Path) -> None:
    """No disagreement, and whether the page is mapped exclusive is never undetermined."""
    result = run(program, path)

    assert [] == result.disagreements
    assert [] == result.bad_lines
    assert {
        "agree": result.observations,
        "disagree": 0,
        "undetermined": 0,
        "not_observed": 0,
    } == result.counts["mapped_exclusive"]
    assert result.counts["write"]["agree"] > 2 * result.counts["write"]["undetermined"]


def test_copies_by_cause(program: Program) -> None:
    """Every copy has one cause, and the causes are those that the scenarios were made for."""
    found = run(program, SHIPPED[1])
    copied = [
        record for record in records(SHIPPED[1]) if observation_copied(program.catalog, record)
    ]

    assert "6.1" == copied[0]["kernel"]["release"]
    assert len(copied) == found.copies.total()
    assert {
        "the page is a KSM page",
        "the swap-cache page is under writeback, and the device requires stable writes",
        "the swap PTE was not marked exclusive, and other swap PTEs share the slot",
    } <= set(found.copies)
    assert found.copies["the page is a KSM page"] == sum(
        record["at_map"]["ksm"] and not _written_on_stable(record) for record in copied
    )
    assert {"cause", "observations"} == set(found.to_dict()["copies"][0])


def observation_copied(catalog: Catalog, record: dict[str, Any]) -> bool:
    return observation_of(record, catalog).write == "WRITE_COPIED"


def _written_on_stable(record: dict[str, Any]) -> bool:
    return bool(record["at_map"]["writeback"] and record["swap_device"]["stable_writes"])


def test_observed_kernels_have_observations(catalog: Catalog) -> None:
    """A kernel says that it was observed if and only if its observations are shipped."""
    observed = {k.name for k in catalog.kernels.values() if k.evidence is Evidence.OBSERVED}

    assert observed == {records(path)[0]["kernel"]["release"] for path in SHIPPED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_another_outcome_is_a_disagreement(program: Program, path: Path, tmp_path: Path) -> None:
    """Each kernel with every outcome turned round disagrees on every single line."""
    turned = records(path)
    for record in turned:
        record["observed"]["rmap_exclusive"] = not record["observed"]["rmap_exclusive"]
    file = tmp_path / "turned.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in turned), encoding="utf-8")

    assert len(turned) == run(program, file).counts["mapped_exclusive"]["disagree"]


def test_what_the_kernel_did_is_no_input(catalog: Catalog) -> None:
    """The fault made of an observation is the same whatever the kernel did with it."""
    for record in records(SHIPPED[0])[:50]:
        before = observation_of(record, catalog).fault
        record["observed"] = {
            "rmap_exclusive": True,
            "do_wp_page_followed": False,
            "copied": False,
        }
        assert before == observation_of(record, catalog).fault


def test_bad_lines_stop_nothing(program: Program, tmp_path: Path) -> None:
    """A bad line is reported in its place, and the others are still judged."""
    good = json.dumps(records(SHIPPED[0])[0])
    wrong = json.loads(good)
    wrong["at_map"]["ksm"] = "yes"
    unknown = json.loads(good)
    unknown["kernel"]["release"] = "6.99"
    file = tmp_path / "mixed.jsonl"
    lines = [good, "{", "[]", json.dumps({"kernel": {}}), json.dumps(wrong), "", good]
    file.write_text("\n".join(lines), encoding="utf-8")
    result = run(program, file)

    assert 2 == result.observations
    told = [
        (bad.place.rpartition(":")[2], bad.error.problems[0].field, bad.error.problems[0].reason)
        for bad in result.bad_lines
    ]
    assert [
        ("2", "", Reason.MALFORMED),
        ("3", "", Reason.MALFORMED),
        ("4", "swap_device", Reason.MISSING),
        ("5", "at_map.ksm", Reason.WRONG_TYPE),
    ] == told


def test_missing_file(catalog: Catalog, tmp_path: Path) -> None:
    """A file that is not there is an error with its name."""
    with pytest.raises(FileNotFoundError, match=r"none\.jsonl"):
        list(read_observations(tmp_path / "none.jsonl", catalog))


def test_writeback_that_ended_in_between(program: Program, tmp_path: Path) -> None:
    """Writeback seen at the rmap call may have ended since the decision; that is no finding."""
    (record, *_) = [
        record
        for record in records(SHIPPED[0].parent / "x86_64-6.1.jsonl.gz")
        if record["scenario"]["name"] == "fork_after_exit"
        and record["access"]["write"]
        and record["at_map"]["writeback"]
        and record["at_map"]["refcount"] == 2
    ]
    record["at_map"]["writeback"] = False
    file = tmp_path / "late.jsonl"
    file.write_text(json.dumps(record), encoding="utf-8")
    result = run(program, file)

    assert {"agree": 1, "disagree": 0, "undetermined": 0, "not_observed": 0} == result.counts[
        "mapped_exclusive"
    ]
