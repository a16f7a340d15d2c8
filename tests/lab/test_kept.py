"""The kept matrix: every cell is filled or says why not, and the model agrees with all of it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from swapin.cli import main
from swapin.cli.lab_matrix import asked
from swapin.lab.backends import backends
from swapin.lab.matrix import Matrix, read_matrix, stable_path_table
from swapin.lab.plan import Device
from swapin.lab.scenario import scenarios
from swapin.program import Program

KEPT = Path(__file__).parent / "kept"
KERNELS = {
    "x86_64": {"5.10", "6.1", "6.12", "6.16", "6.18", "7.2", "7.3"},
    "arm64": {"6.1"},
    "arm-lpae": {"6.1"},
}


@pytest.fixture(scope="module")
def kept(program: Program) -> Callable[[str], Matrix]:
    """The matrix of an architecture, judged by the kernels that ran."""
    return cache(lambda name: read_matrix(KEPT / name, program.catalog, asked(program)))


@pytest.mark.parametrize("architecture", KERNELS)
def test_no_kernel_disagrees(kept: Callable[[str], Matrix], architecture: str) -> None:
    """Every observation can be read, and is as the model says."""
    matrix = kept(architecture)

    assert [] == matrix.bad
    assert [] == [judgement.observation.place for judgement in matrix.disagreements]
    assert KERNELS[architecture] == {kernel for kernel, _, _ in matrix.cells}


@pytest.mark.parametrize("architecture", KERNELS)
def test_every_cell_is_filled_or_says_why_not(
    kept: Callable[[str], Matrix], architecture: str
) -> None:
    """Each scenario on each device with each setting of stable writes, in each kernel."""
    matrix = kept(architecture)
    devices = [Device(b, stable) for b in backends().values() for stable in b.stable_writes]
    empty = [
        (kernel, device.name, scenario)
        for kernel in KERNELS[architecture]
        for device in devices
        for scenario in scenarios()
        if not any(
            (cell := matrix.cells.get(key)) and (cell.observations or cell.why_not)
            for key in (
                (kernel, device.name, scenario),
                (kernel, device.backend.name, "*"),
                (kernel, "*", scenario),
            )
        )
    ]

    assert [] == empty


def test_the_patch_as_posted_is_found(program: Program) -> None:
    """Taken for v2-posted, 6.1 fails wherever writeback decides, and nowhere else."""
    posted = {"release": "5.19", "variant": "v2-posted"}
    matrix = read_matrix(KEPT / "x86_64", program.catalog, asked(program), posted, kernels=["6.1"])
    failing = {key for key, cell in matrix.cells.items() if cell.disagree}

    assert ("6.1", "null_blk_slow/on", "private") in failing
    assert ("6.1", "null_blk_slow/off", "private") in failing
    for judgement in matrix.disagreements:
        facts = judgement.observation.fault.facts
        assert facts["folio.writeback"] or judgement.observation.raced


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("arm64-6.1.jsonl.gz", '{"kernel": {"rel', "arm64-6.1.jsonl.gz:1: not JSON: "),
        ("arm64-6.1.jsonl.gz", '{"architecture": "arm64"}', "6.1:1: it lacks what"),
        ("reasons.json", "[[", "reasons.json` is not what a run writes: "),
        ("reasons.json", '[["6.1"]]', "reasons.json` is not what a run writes: "),
    ],
)
def test_torn_files(
    name: str, content: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are bad input, told by their place."""
    for file in ("arm64-6.1.jsonl.gz", "reasons.json"):
        shutil.copy(KEPT / "arm64" / file, tmp_path)
    (tmp_path / name).write_text(content, encoding="utf-8")

    assert 2 == main(["lab", "matrix", str(tmp_path)])
    assert told in "".join(capsys.readouterr())


def test_the_readme_tells_the_counts(kept: Callable[[str], Matrix], root: Path) -> None:
    """Which backends take the path for stable writes, with the counts of the kept data."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    told = [
        line
        for line in stable_path_table(kept("x86_64"))
        if re.match(r"\| (device|---|\S+/(on|unset)) ", line)
    ]

    assert "\n".join(told) in readme
    assert len(told) > 8
