"""Cold start: ``swapin eval`` of one fault beside ``python -c pass``."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from measure import Row, interleaved, rows

FAULT = [
    *("--kernel", "6.1", "--arch", "x86_64", "--backend", "null_blk", "--json"),
    *("--fact", "swap_device.stable_writes=true", "--fact", "pte.swp_exclusive=true"),
    *("--fact", "pte.uffd_wp=false", "--fact", "access.write=true", "--fact", "vma.writable=true"),
    *("--fact", "folio.fresh=false", "--fact", "folio.ksm=false", "--fact", "folio.writeback=true"),
]


def run(rounds: int) -> list[Row]:
    """Milliseconds of wall time of each command, and ratios to a Python that does nothing."""
    command = str(Path(sys.executable).with_name("swapin"))
    figures = interleaved(
        3 * rounds,
        {
            "python -c pass": _timer([sys.executable, "-c", "pass"]),
            "python -c 'import swapin'": _timer([sys.executable, "-c", "import swapin"]),
            "swapin --version": _timer([command, "--version"]),
            "swapin eval, one fault": _timer([command, "eval", *FAULT]),
            "the same with SWAPIN_CACHE=off": _timer([command, "eval", *FAULT], SWAPIN_CACHE="off"),
        },
    )
    return rows(figures, "ms", "python -c pass")


def _timer(command: list[str], **more: str) -> Callable[[], float]:
    # With byte code, as installed packages have it; the first run writes what is missing, and
    # keeps what it loaded.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | more
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)

    def measure() -> float:
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        return (time.perf_counter() - started) * 1e3

    return measure
