"""Turn a guest's lines into observations and cells of the matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from swapin.catalog import Catalog
from swapin.lab.kernels import Image
from swapin.lab.machines import Machine
from swapin.lab.plan import Run
from swapin.lab.scenario import ACCESSES
from swapin.observe.record import Setting, record_of
from swapin.observe.trace import faults

_STABLE_AT_SWAPON: Mapping[str, bool] = {"off": False, "on": True, "changed": False}


@dataclass(slots=True)
class Results:
    """What one boot gave, line by line."""

    image: Image
    machine: Machine
    catalog: Catalog
    runs: Mapping[str, Run]
    """By name."""
    observations: list[dict[str, Any]] = field(default_factory=list)
    finished: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    """Why, by the run's name."""
    unavailable: dict[str, str] = field(default_factory=dict)
    """Why, by the device's name."""
    refused: list[str] = field(default_factory=list)
    """Probes that the kernel has not."""
    version: str = ""
    _run: Run | None = None
    _trace: list[str] = field(default_factory=list)

    def line(self, text: str) -> None:
        """Take one line of the guest."""
        word, _, rest = text.partition(" ")
        match word:
            case "version":
                self.version = rest
            case "no-probe":
                self.refused.append(rest)
            case "unavailable":
                device, _, why = rest.partition(": ")
                self.unavailable[device] = why
            case "run":
                self._run, self._trace = self.runs.get(rest), []
            case "trace":
                self._trace.append(rest)
            case "failed" if self._run:
                self.failed[self._run.name] = rest
            case "end" if self._run:
                self._finish(self._run)
                self._run = None

    def _finish(self, run: Run) -> None:
        self.finished.add(run.name)
        setting = Setting(
            release=self.image.release,
            version=self.version,
            architecture=self.machine.architecture,
            backend=run.device.backend.preset,
            device=run.device.backend.name,
            stable_writes=_latched(run),
        )
        for seen in faults(self._trace, steps=True):
            record = record_of(seen, setting, self.catalog)
            verb = seen.step.verb if seen.step else ""
            record["scenario"] = {
                "name": run.scenario.name,
                "access": ACCESSES.get(verb, verb),
                "wait_us": run.wait_us,
                "stable_writes": run.device.stable,
                "raced": run.scenario.cpus > 1,
                "facts": dict(run.scenario.facts),
            }
            self.observations.append(record)


def _latched(run: Run) -> bool | None:
    """Whether the device in use requires stable writes; ``None`` if nobody set it."""
    if run.device.stable == "changed" and "lab swapon" in run.scenario.steps:
        # The scenario's own swapon latches what was changed after the first one.
        return True
    return _STABLE_AT_SWAPON.get(run.device.stable)
