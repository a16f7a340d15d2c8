"""``swapin audit`` and the commands that list what is loaded."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from swapin.catalog import KINDS, Catalog
from swapin.cli import main


def shipped(root: Path, release: str) -> Path:
    return root / "tests" / "observations" / f"x86_64-{release}.jsonl.gz"


def test_audit_json_starts_with_totals(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--json`` starts with the totals, in the documented form."""
    assert 0 == main(["audit", str(shipped(root, "6.1")), "--json"])
    text = capsys.readouterr().out
    result = json.loads(text)

    assert text.startswith('{"observations": 320, "outcomes": {"mapped_exclusive": {"agree": 320')
    assert 0 == result["outcomes"]["write"]["disagree"]
    assert sum(result["outcomes"]["write"].values()) == result["observations"]
    assert [] == result["disagreements"] == result["errors"]


def test_audit_plain_and_gzip(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Plain and compressed files are read alike, several at once."""
    plain = tmp_path / "plain.jsonl"
    plain.write_bytes(gzip.decompress(shipped(root, "6.1").read_bytes()))

    assert 0 == main(["audit", str(plain), str(shipped(root, "6.12"))])
    lines = capsys.readouterr().out.splitlines()
    assert "644 observations" == lines[-1]
    assert lines[0].split() == [
        *("kernel", "backend", "scenario", "outcome", "agree", "disagree", "undetermined")
    ]


def test_audit_reads_pipes(root: Path) -> None:
    """Standard input, and another pipe, compressed or not: nothing is read twice."""
    both = "swapin audit - <(zcat {}); echo $?; (echo; echo '{{') | swapin audit -; echo $?"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", both.format(shipped(root, "6.12"))],
        input=shipped(root, "6.1").read_bytes(),
        capture_output=True,
        env={**os.environ, "PATH": path},
        check=True,
    )
    lines = done.stdout.decode().splitlines()

    assert ["644 observations", "0"] == lines[lines.index("0") - 1 : lines.index("0") + 1]
    assert any(line.startswith("-:2: no observation: not JSON") for line in lines)
    assert "2" == lines[-1]


def test_audit_of_files_that_cannot_be_read(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is told by its name and stops no other; what was read of one counts."""
    absent, cut, whole = tmp_path / "absent.jsonl", tmp_path / "cut.gz", shipped(root, "6.1")
    cut.write_bytes(whole.read_bytes()[:-400])

    assert 2 == main(["audit", str(absent), str(cut), str(whole), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert [str(absent), str(cut)] == [error["place"] for error in found["errors"]]
    assert "No such file or directory" == found["errors"][0]["problems"][0]["message"]
    assert 320 < found["observations"] < 2 * 320


def test_audit_finds(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A disagreement is printed with its explanation, and is exit status 1."""
    lines = gzip.decompress(shipped(root, "6.1").read_bytes()).decode().splitlines()
    record = json.loads(lines[0])
    record["observed"]["rmap_exclusive"] = False
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps(record), encoding="utf-8")

    assert 1 == main(["audit", str(file)])
    text = capsys.readouterr().out
    assert f"{file}:1: the kernel did: mapped_exclusive no; the model says:" in text
    assert "[pte.swp-exclusive]" in text


def test_audit_against_the_variant(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Faults of a real 6.1 disagree with the patch as posted: the inversion is found."""
    lines = gzip.decompress(shipped(root, "6.1").read_bytes()).decode().splitlines()
    records = [json.loads(line) for line in lines]
    for record in records:
        record["kernel"] = {"release": "5.19", "variant": "v2-posted"}
        # Bit numbers of page flags are those of 5.10 to 6.1 all along.
    file = tmp_path / "variant.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")

    assert 1 == main(["audit", str(file), "--json"])
    result = json.loads(capsys.readouterr().out)
    found = {
        (g["backend"], g["scenario"])
        for g in result["groups"]
        if g["outcomes"]["mapped_exclusive"]["disagree"]
    }
    assert {("null_blk", "private"), ("null_blk, stable writes", "private")} == found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("most", [2, pytest.param(None, marks=pytest.mark.slow, id="all")])
def test_list_and_show(
    kind: str, most: int | None, catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every entry is listed with its distribution and can be shown, as text and as JSON."""
    assert 0 == main([kind, "list"])
    lines = capsys.readouterr().out.splitlines()
    names = [entry.name for entry in catalog.entries(kind)]
    assert names == [line.split()[0] for line in lines]
    assert all("swapin 0." in line for line in lines)
    for name in names[:most]:
        assert 0 == main([kind, "show", name, "--json"])
        shown = json.loads(capsys.readouterr().out)
        assert name == shown["name"]
    assert 0 == main([kind, "show", names[0]])
    assert capsys.readouterr().out.startswith(f"{names[0]}: ")


def test_rule_is_shown_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    """The veto of the thread: its condition, its reason, its commit."""
    assert 0 == main(["rules", "show", "writeback.stable-writes"])
    text = capsys.readouterr().out

    assert "when: ~folio.fresh & folio.writeback & swap_device.stable_writes" in text
    assert "commit 1493a1913e34" in text


def test_variant_shows_what_it_replaces(capsys: pytest.CaptureFixture[str]) -> None:
    """v2-posted shows the rule that it replaces, negated."""
    assert 0 == main(["kernels", "show", "v2-posted", "--json"])
    (rule,) = json.loads(capsys.readouterr().out)["details"]["replaces"]

    assert "writeback.stable-writes" == rule["id"]
    assert "~swap_device.stable_writes" in rule["when"]
