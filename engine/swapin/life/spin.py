"""Let Spin search a litmus test, and compare what it finds with the model."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from swapin.life.decide import Decider
from swapin.life.litmus import Litmus
from swapin.life.promela import promela
from swapin.life.run import LitmusResult
from swapin.program import Program

TOOLS = ("spin", "cc")
"""What has to be installed."""

_COMMANDS = (
    ["spin", "-a", "test.pml"],
    ["cc", "-w", "-O0", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"],
    ["./pan", "-E", "-m100000"],
)


@dataclass(frozen=True, slots=True)
class SpinResult:
    """What Spin makes of a test, beside what the model does."""

    model: LitmusResult
    verdict: str
    """``always``, ``sometimes``, ``never``, or why Spin came to none."""
    readings: frozenset[frozenset[str]]
    """What the registers can hold at the end."""

    @property
    def agrees(self) -> bool:
        """Both come to the same verdict, and to the same ends."""
        return self.verdict == self.model.verdict and self.readings == self.model.readings


def run_spin(program: Program, test: Litmus, decider: Decider) -> SpinResult:
    """Let Spin search a test, with ``spin`` and ``cc``.

    :raises LifeError: as :func:`~swapin.life.run.play`.
    :raises OSError: a tool is missing.
    """
    text, model = promela(program, test, decider)
    with tempfile.TemporaryDirectory(prefix="swapin-spin-") as place:
        Path(place, "test.pml").write_text(text, encoding="utf-8")
        output = ""
        for command in _COMMANDS:
            done = subprocess.run(
                command,
                cwd=place,
                capture_output=True,
                text=True,
                check=False,
            )
            output = done.stdout
            if done.returncode:
                why = (done.stdout + done.stderr).strip().splitlines()
                return SpinResult(model, f"{command[0]}: {why[0] if why else ''}", frozenset())
    ends = [line.split()[1:] for line in output.splitlines() if line.startswith("@@")]
    readings = frozenset(frozenset(a for a in atoms if "=-" not in a) for _, *atoms in ends)
    if "errors: 0" not in output or not ends:
        why = [line for line in output.splitlines() if line.startswith("pan:")]
        return SpinResult(model, why[0] if why else "it came to no end", readings)
    held = {holds == "1" for holds, *_ in ends}
    verdict = "sometimes" if len(held) > 1 else "always" if True in held else "never"
    return SpinResult(model, verdict, readings)
