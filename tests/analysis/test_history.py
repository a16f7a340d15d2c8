"""Known history, found by the commands alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from swapin.cli import main


def ran(capsys: pytest.CaptureFixture[str], *command: str, status: int) -> str:
    assert status == main(list(command))
    return capsys.readouterr().out


def asked(capsys: pytest.CaptureFixture[str], *command: str, status: int) -> Any:
    return json.loads(ran(capsys, *command, "--json", status=status))


def test_the_inversion_of_2022(capsys: pytest.CaptureFixture[str]) -> None:
    """v2-posted keeps a page exclusive under writeback where stable writes are required."""
    report = asked(capsys, "check", "--kernel", "v2-posted", status=1)
    broken = {found["invariant"]: found for found in report["violations"]}

    assert {"marker-is-kept", "stable-writes"} == set(broken)
    unsafe = broken["stable-writes"]
    assert {"folio.writeback=true", "swap_device.stable_writes=true"} == set(unsafe["unusual"])
    assert "mapped_exclusive" in unsafe["outcomes"]
    assert {"pte.swp-exclusive", "rmap.exclusive"} <= set(unsafe["rules"])

    text = ran(capsys, "check", "--kernel", "v2-posted", status=1)
    assert text.startswith("violated")


def test_every_release_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """Only kernels that are declared to break an invariant do, and --all says no violation."""
    lines = ran(capsys, "check", "--all", "--json", status=0).splitlines()
    reports = {(report := json.loads(line))["kernel"]: report for line in lines}
    broken = {name for name, report in reports.items() if report["violations"]}

    assert {*(f"5.{minor}" for minor in range(10, 18)), "v2-posted"} == broken
    assert all(found["known"] for name in broken for found in reports[name]["violations"])
    assert ran(capsys, "check", status=0).startswith("no violation (")


def test_where_v2_differs(capsys: pytest.CaptureFixture[str]) -> None:
    """It differs exactly for a page under writeback that was exclusive, either way."""
    report = asked(capsys, "diff", "v2-posted", "5.19", "--outcome", "exclusive", status=1)
    cubes = {found["after"]: found["when"] for found in report["differences"]}
    both = {"folio.ksm=false", "folio.writeback=true", "pte.swp_exclusive=true"}

    assert {"ANSWER_YES", "ANSWER_NO"} == set(cubes)
    assert [both | {"swap_device.stable_writes=false"}] == list(map(set, cubes["ANSWER_YES"]))
    assert [both | {"swap_device.stable_writes=true"}] == list(map(set, cubes["ANSWER_NO"]))
    assert all(found["minimal"] for found in report["differences"])


@pytest.mark.parametrize(("kernel", "status"), [("5.19", 1), ("6.2", 1), ("6.3", 0), ("7.3", 0)])
def test_the_bit_on_few_architectures(
    capsys: pytest.CaptureFixture[str], kernel: str, status: int
) -> None:
    """From 5.19 to 6.2 arm forgets that a page was exclusive; since 6.3 it does as x86-64."""
    command = ("diff", "--arch", "arm", "--arch", "x86_64", "--kernel", kernel)
    report = asked(capsys, *command, "--outcome", "exclusive", status=status)

    if status:
        (found,) = report["differences"]
        assert ("ANSWER_NO", "ANSWER_YES") == (found["before"], found["after"])
        assert [] == found["witness"], "an ordinary fault will do"
        assert {
            "rule": "pte.swp-exclusive",
            "side": f"{kernel}, arm",
            "how": "never fires",
        }.items() <= {
            key: value
            for dead in report["dead"]
            if dead["rule"] == "pte.swp-exclusive"
            for key, value in dead.items()
        }.items()


def test_the_reuse_that_died(capsys: pytest.CaptureFixture[str]) -> None:
    """6.19 to 7.0: no bypass, and the sole-reference test is dead; 7.3: it is gone."""
    report = asked(capsys, "diff", "6.19", "7.0", status=1)
    (found,) = [x for x in report["differences"] if x["outcome"] == "mapped_exclusive"]
    dead = {(x["rule"], x["how"]) for x in report["dead"]}
    unmarked = {
        "folio.swapcache_hit=false",
        "folio.was_exclusive=false",
        "swap_count=1",
        "swap_device.synchronous_io=true",
    }

    assert ("ANSWER_YES", "ANSWER_NO") == (found["before"], found["after"])
    assert unmarked in list(map(set, found["when"]))
    assert ("reuse.sole-reference", "dead") in dead
    assert ("bypass.slot-taken", "gone") in dead
    # What the affected faults do instead.
    instead = {x["after"] for x in report["differences"] if x["before"] == "WRITE_IN_PLACE"}
    assert {"WRITE_REUSED", "WRITE_COPIED"} == instead

    gone = asked(capsys, "diff", "7.2", "7.3", "--expect", "some", status=1)
    assert [] == gone["differences"]
    assert ("reuse.sole-reference", "gone, dead before") in {
        (x["rule"], x["how"]) for x in gone["dead"]
    }


def test_exclusive_read_faults_are_mapped_writable(capsys: pytest.CaptureFixture[str]) -> None:
    """6.10 to 6.11: an exclusive page in a writable VMA, on a read fault."""
    report = asked(capsys, "diff", "6.10", "6.11", "--outcome", "pte_writable", status=1)
    found = [x for x in report["differences"] if x["after"] == "ANSWER_YES"]

    assert [[]] == [x["witness"] for x in found], "an ordinary read fault"
    assert ["map.exclusive"] == found[0]["rules"]["after"]


def test_can_zram_take_the_path(capsys: pytest.CaptureFixture[str]) -> None:
    """The question of the thread, by era."""
    report = asked(capsys, "reach", "writeback.stable-writes", "--backend", "zram", status=0)
    answers = {kernel: answer for answer in report["answers"] for kernel in answer["kernels"]}

    assert report["reachable"]
    for kernel in ("5.19", "6.1", "6.2"):
        assert not answers[kernel]["reachable"]
        assert any("writeback.rw-page" in why for why in answers[kernel]["blocked"])
        assert any("large folio" in how for how in answers[kernel]["unless"])
    for kernel in ("6.3", "6.12", "7.3"):
        assert answers[kernel]["reachable"]
        assert ["folio.writeback=true"] == answers[kernel]["witness"]
        assert any(what.startswith("two threads") for what in answers[kernel]["takes"])

    text = ran(capsys, "reach", "writeback.stable-writes", "--backend", "zram", status=0)
    assert "reachable" == text.splitlines()[0]
    text = ran(
        capsys, "reach", "writeback.stable-writes", "--backend", "zram", "--kernel", "6.1", status=0
    )
    assert "unreachable" == text.splitlines()[0]


def test_compressible_pages_under_zswap(capsys: pytest.CaptureFixture[str]) -> None:
    """A page that zswap keeps never gets that far."""
    command = ("reach", "writeback.stable-writes", "--backend", "zswap/zram", "--kernel", "6.12")
    (answer,) = asked(capsys, *command, status=0)["answers"]

    assert any("swap_device.zswap_stored=true" in how for how in answer["unless"])


@pytest.mark.parametrize(
    ("query", "reachable"),
    [
        ("reuse.sole-reference", False),
        ("write=COPIED & folio.was_exclusive & pte.have_arch_swp_exclusive & ~folio.ksm", True),
        ("path=RACED & pte.entry=swap", True),
        ("folio.fresh & folio.writeback", False),
        ("pte_writable & ~mapped_exclusive", False),
        ("swap_count=2 & pte.swp_exclusive", False),
    ],
)
def test_expressions(capsys: pytest.CaptureFixture[str], query: str, reachable: bool) -> None:
    """What is asked for in 7.3 is found, or what blocks it is told."""
    report = asked(capsys, "reach", query, "--kernel", "7.3", status=0)

    assert reachable == report["reachable"]
    (answer,) = report["answers"]
    assert reachable != bool(answer["blocked"])


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("folio.writback", "did you mean `folio.writeback`?"),
        ("folio.writeback &", "at character 18"),
        ("(folio.ksm", "`)`"),
        ("write=GONE", "IN_PLACE, REUSED, COPIED, NOT_ALLOWED"),
        ("pte.entry=huge", "one of swap, migration"),
        ("swap_count", "swap_count=NUMBER"),
        ("folio.ksm=maybe", "yes or no"),
        ("~" * 100 + "folio.ksm", "levels deep"),
        ("folio.ksm ; folio.large", "at character 11"),
    ],
)
def test_what_cannot_be_read(capsys: pytest.CaptureFixture[str], query: str, message: str) -> None:
    """An expression that is none says where and what may stand there."""
    assert 2 == main(["reach", query])
    assert message in capsys.readouterr().err


def test_one_side(capsys: pytest.CaptureFixture[str]) -> None:
    """A diff needs two sides, and no more."""
    for one in (["6.1"], ["--kernel", "6.1", "--arch", "arm"]):
        assert 2 == main(["diff", *one])
        assert "one side alone: name a second kernel" in capsys.readouterr().err
    assert 2 == main(["diff", "6.1", "6.2", "6.3"])
    assert "a diff has two sides" in capsys.readouterr().err


@pytest.mark.parametrize(
    "sides", ["6.1 6.1", "--kernel 6.1 --arch arm --arch arm", "6.1 6.1 --backend zram"]
)
def test_a_side_and_itself(capsys: pytest.CaptureFixture[str], sides: str) -> None:
    """Nothing differs: what a job for each kernel wants of the one that is its base."""
    assert 0 == main(["diff", *sides.split(), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["before"] == told["after"]
    assert told["states"] > 0
    assert [] == told["differences"] == told["one_sided"] == told["dead"] == told["transitions"]
    assert 1 == main(["diff", *sides.split(), "--expect", "some"])
    assert 0 == main(["explain-diff", *sides.split()])
    assert "alike" in capsys.readouterr().out


def test_without_a_plugin(capsys: pytest.CaptureFixture[str]) -> None:
    """A plugin that is not there is named with those that are."""
    assert 2 == main(["diff", "6.1", "--plugins-without", "nosuch"])
    assert "no plugin `nosuch`; there are" in capsys.readouterr().err
