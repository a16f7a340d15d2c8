"""The examples: what each README tells to run does what it shows."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from readmes import copied, play
from swapin.debian.packages import Packages
from swapin.source.fetch import trees


@pytest.fixture
def examples(root: Path) -> Path:
    return root / "docs" / "examples"


def test_all_are_listed(examples: Path) -> None:
    """Each folder has its README and its row on the page of examples, and no other has."""
    page = (examples / "README.md").read_text(encoding="utf-8")
    folders = {path.name for path in examples.iterdir() if path.is_dir()}

    assert folders == set(re.findall(r"^\| \[([\w-]+)\]", page, re.MULTILINE))
    for name in folders:
        assert (examples / name / "README.md").is_file(), name


@pytest.mark.slow
def test_the_gate(examples: Path, tmp_path: Path) -> None:
    """The inverted patch is caught by invariant and difference; mended, it passes."""
    folder = copied(examples / "kernel-ci-gate", tmp_path)
    play(folder, "Run it")

    report = json.loads((folder / "reports" / "check.sarif").read_text(encoding="utf-8"))
    assert [] == report["runs"][0]["results"]


@pytest.mark.slow
def test_the_gate_with_a_tree(examples: Path, tmp_path: Path) -> None:
    """The same inversion in the kernel's text is caught by that."""
    pytest.importorskip("tree_sitter_c")
    found = sorted(trees(Packages()).glob("linux-source-6.1_*"))
    if not found:
        pytest.skip("no tree of 6.1 is cached: make verify-source fetches one")
    tree = shutil.copytree(found[-1], tmp_path / "tree", symlinks=True)
    play(copied(examples / "kernel-ci-gate", tmp_path), "With a tree", TREE=str(tree))


def test_the_gate_in_ci(examples: Path) -> None:
    """What the workflows run is there, and asks of kernels that are there."""
    folder = examples / "kernel-ci-gate"
    for name in (".github/workflows/swapin.yml", ".gitlab-ci.yml"):
        text = (folder / name).read_text(encoding="utf-8")
        for path in re.findall(r"ci/swapin/([\w.-]+)", text):
            assert (folder / path).exists(), (name, path)
        assert "gate.sh 6.1 6.1-review . kernel.claims_slot=true" in text


@pytest.mark.parametrize("heading", ["Recorded", "Live"])
def test_the_capture(examples: Path, tmp_path: Path, heading: str) -> None:
    """A trace of a real kernel, audited, described and summed."""
    play(copied(examples / "capture-stream", tmp_path), heading)


@pytest.mark.slow
def test_the_notebook(examples: Path, tmp_path: Path) -> None:
    """It runs from top to bottom, draws what it says, and is kept without outputs."""
    pytest.importorskip("matplotlib", reason="make test-examples installs matplotlib")
    pytest.importorskip("nbclient", reason="make test-examples installs nbclient")
    pytest.importorskip("ipykernel", reason="make test-examples installs ipykernel")
    folder = copied(examples / "notebook", tmp_path)
    kept = json.loads((folder / "outcomes.ipynb").read_text(encoding="utf-8"))
    assert not any(cell.get("outputs") for cell in kept["cells"])
    play(folder, "Run it")

    told = json.loads((folder / "executed.ipynb").read_text(encoding="utf-8"))
    outputs = [output for cell in told["cells"] for output in cell.get("outputs", ())]
    printed = "".join(text for output in outputs for text in output.get("text", ()))
    unlike = "'writeback': True, 'stable_writes': True} ANSWER_NO but ANSWER_YES"
    assert unlike in printed
    assert 2 == printed.count(" but ")
    assert any("image/png" in output.get("data", {}) for output in outputs)


def test_the_notebook_uses_the_public_api(examples: Path) -> None:
    """Each name that it takes of swapin is one of those that are kept."""
    import swapin

    kept = json.loads((examples / "notebook" / "outcomes.ipynb").read_text(encoding="utf-8"))
    code = "\n".join("".join(c["source"]) for c in kept["cells"] if c["cell_type"] == "code")
    names = re.findall(r"\bswapin\.(\w+)", code)

    assert names
    assert set(names) <= set(swapin.__all__)


@pytest.mark.slow
def test_the_spark_jobs(examples: Path, tmp_path: Path) -> None:
    """Their columns are what DuckDB makes of the same data set."""
    pytest.importorskip("pyspark", reason="make test-examples installs pyspark")
    if shutil.which("java") is None:
        pytest.skip("Java is missing: apt-get install default-jre-headless")
    folder = copied(examples / "spark", tmp_path)
    for heading in ("Run it", "With swapin in the tasks"):
        play(folder, heading, SPARK_LOCAL_IP="127.0.0.1")

    with duckdb.connect() as connection:
        for columns in (["write", "write_deciding"], ["mapped_exclusive"]):
            arguments = ["--kernel", "7.3", "--arch", "x86_64", "--backend", "zram"]
            arguments += ["--dialect", "duckdb", "--outcome", columns[0], "--keep", "id"]
            arguments += ["--from", f"'{folder}/faults.parquet/*.parquet'"]
            arguments += ["--explain", "deciding"] if columns[1:] else []
            asked = [sys.executable, "-m", "swapin", "sql", *arguments]
            query = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
            expected = sorted(connection.execute(query).fetchall())
            assert 20000 == len(expected)
            assert all(len(set(column)) > 1 for column in zip(*expected, strict=True))
            for job, written in (("verdicts", columns), ("outcomes", columns[:1])):
                names = ", ".join(["id", *written])
                made = f"SELECT {names} FROM '{folder}/{job}.parquet/*.parquet' ORDER BY id"
                shown = [row[: 1 + len(written)] for row in expected]
                assert shown == connection.execute(made).fetchall(), job
