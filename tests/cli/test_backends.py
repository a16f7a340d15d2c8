"""``swapin backends show`` tells flags by release, and ``--backend`` takes a stack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from swapin.catalog import Catalog
from swapin.cli import main


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert 0 == main(["backends", "show", *arguments])
    return capsys.readouterr().out


@pytest.mark.slow
def test_every_backend_is_shown(catalog: Catalog, capsys: pytest.CaptureFixture[str]) -> None:
    """Each backend says each flag in each release, with a source where it is bound."""
    for name in catalog.backends:
        text = shown(capsys, name)
        details = json.loads(shown(capsys, name, "--json"))["details"]
        for flag in ("STABLE_WRITES", "SYNCHRONOUS_IO", "SOLIDSTATE", "FS_OPS"):
            rows = [row for row in details["latched"] if row["flag"] == f"SWP_{flag}"]
            assert f"SWP_{flag} " in text
            assert rows[0]["releases"].startswith("5.10")
            assert rows[-1]["releases"].endswith("7.3")
            assert all(row["source"] for row in rows if row["value"] is not None)


def rows_of(out: str, fact: str) -> list[dict[str, Any]]:
    latched = json.loads(out)["details"]["latched"]
    return [row for row in latched if row["fact"] == f"swap_device.{fact}"]


def test_a_stack_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A stack says what is inherited from below, and since when."""
    out = shown(capsys, "dm-crypt/nvme-pi", "--json")
    rows = rows_of(out, "stable_writes")

    assert [("5.10 to 6.10", True), ("6.11 to 7.3", False)] == [
        (row["releases"], row["value"]) for row in rows
    ]
    assert {"backend nvme-pi (through dm-crypt)"} == {row["from"] for row in rows}
    assert "through dm-crypt: " in shown(capsys, "dm-crypt/nvme-pi")


def test_what_sysfs_does_not_show(capsys: pytest.CaptureFixture[str]) -> None:
    """nvme with protection information: stable always, in sysfs up to 6.10 only."""
    out = shown(capsys, "nvme-pi", "--json")

    assert [True] == [row["value"] for row in rows_of(out, "stable_writes")]
    assert [("5.10 to 6.10", True), ("6.11 to 7.3", False)] == [
        (row["releases"], row["value"]) for row in rows_of(out, "queue_stable_writes")
    ]


def test_settings_say_when(capsys: pytest.CaptureFixture[str]) -> None:
    """A setting is told with the moment at which it counts."""
    text = shown(capsys, "md-raid5")

    assert "md/skip_copy=1 makes swap_device.stable_writes yes, if set before swapon" in text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dm-crypt/zswap", "cannot lie below `dm-crypt`"),
        ("dm-crpt/nvme", "did you mean `dm-crypt`?"),
        ("nvm", "did you mean"),
    ],
)
def test_a_name_that_is_none(name: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be shown is bad input, with what may be."""
    assert 2 == main(["backends", "show", name])
    assert said in capsys.readouterr().err


def test_backend_takes_a_stack(capsys: pytest.CaptureFixture[str]) -> None:
    """``--backend dm-crypt/nvme-pi`` is the stack of the JSON form."""
    facts = ["pte.swp_exclusive=true", "folio.fresh=false", "folio.ksm=false"]
    given = [part for fact in [*facts, "folio.writeback=true"] for part in ("--fact", fact)]
    common = ["eval", "--kernel", "6.1", "--arch", "x86_64", "--json", *given]

    assert 0 == main([*common, "--backend", "dm-crypt/nvme-pi"])
    verdict = json.loads(capsys.readouterr().out)
    assert "ANSWER_NO" == verdict["outcomes"]["exclusive"]
    assert 2 == main([*common, "--backend", "nvme/dm-crypt"])
    assert "swap_device.stack[1]" in capsys.readouterr().out
