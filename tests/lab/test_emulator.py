"""A real kernel, end to end: fetched, booted, observed, audited."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from swapin.cli import main
from swapin.lab.errors import LabError, missing_tools
from swapin.lab.kernels import obtain
from swapin.lab.machines import X86_64
from swapin.lab.packages import Packages

RUN = "lab run --kernel 6.1 --backend null_blk_slow --scenario private --scenario fork_before"


@pytest.fixture(scope="module")
def kernel() -> str:
    """Debian's 6.1, or the reason why it cannot be had here."""
    missing = missing_tools([X86_64.emulator, X86_64.compiler, "depmod", "dpkg-deb", "apt-get"])
    if missing:
        pytest.skip("; ".join(missing))
    packages = Packages()
    try:
        packages.fetch("busybox-static")
        return obtain("6.1", packages, X86_64, "cloud").version
    except LabError as error:
        pytest.skip(f"no kernel to boot: {error}")


@pytest.mark.emulator
def test_a_real_kernel_agrees(
    kernel: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Debian's 6.1 does what the model says, the path for stable writes included.

    The same faults disagree with the patch as posted, whose test was inverted.
    """
    status = main([*RUN.split(), "--out", str(tmp_path)])
    output = capsys.readouterr().out
    cells = json.loads((tmp_path / "matrix.json").read_text(encoding="utf-8"))["cells"]
    seen = {(cell["device"], cell["scenario"]): cell for cell in cells}

    assert 0 == status, output
    assert "0 disagreements" in output
    assert 6 == len(cells)
    assert all(cell["observations"] == 6 for cell in cells)
    # Three accesses while the device writes; after the wait it has written.
    assert 3 == seen["null_blk_slow/on", "private"]["stable_path"]
    assert 0 == seen["null_blk_slow/off", "private"]["stable_path"]
    assert 0 == seen["null_blk_slow/changed", "private"]["stable_path"]

    kept = tmp_path / "x86_64-6.1.jsonl.gz"
    assert 0 == main(["audit", str(kept)])
    assert kernel in (tmp_path / "x86_64-6.1-1cpu.console").read_text(errors="replace")
