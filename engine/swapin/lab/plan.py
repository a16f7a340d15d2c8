"""What is to be run: on each device every scenario, with each access and each wait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from swapin.lab.backends import LabBackend
from swapin.lab.kernels import Image
from swapin.lab.modules import Modules
from swapin.lab.scenario import Scenario
from swapin.model import Release


class Suite(StrEnum):
    """How much is to be run."""

    QUICK = "quick"
    """The scenarios of the quick suite, with stable writes off and on."""
    CELLS = "cells"
    """Every scenario on every device, with the one access that shows most."""
    FULL = "full"
    """Every scenario on every device with every access."""

    def accesses(self, scenario: Scenario) -> tuple[str, ...]:
        """The accesses with which a scenario is played."""
        # The load shows how the page is mapped, and the store what a write then does.
        if self is Suite.CELLS and "load-then-store" in scenario.accesses:
            return ("load-then-store",)
        return scenario.accesses


@dataclass(frozen=True, slots=True)
class Device:
    """A backend with its stable writes: what one swapon makes."""

    backend: LabBackend
    stable: str

    @property
    def name(self) -> str:
        """As it is called on the console and in the matrix."""
        return f"{self.backend.name}/{self.stable}"


@dataclass(frozen=True, slots=True)
class Run:
    """One scenario, once, on a device."""

    device: Device
    scenario: Scenario
    access: str
    wait_us: int

    @property
    def name(self) -> str:
        """As it is called on the console."""
        return f"{self.device.name} {self.scenario.name} {self.access} {self.wait_us}"


@dataclass(frozen=True, slots=True)
class Absent:
    """A part of the matrix that cannot be, and why."""

    device: str
    scenario: str
    """A scenario's name, or ``*`` for all of them."""
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one kernel is to run."""

    runs: tuple[Run, ...]
    absent: tuple[Absent, ...]

    def boots(self) -> Iterator[tuple[int, list[Run]]]:
        """The runs by the number of CPUs that they need."""
        for cpus in sorted({run.scenario.cpus for run in self.runs}):
            yield cpus, [run for run in self.runs if run.scenario.cpus == cpus]


def make_plan(
    image: Image, scenarios: Iterable[Scenario], backends: Iterable[LabBackend], *, suite: Suite
) -> Plan:
    """The plan for a kernel: what can be, and why the rest cannot."""
    modules = Modules(image.modules)
    release = Release.parse(image.release)
    runs: list[Run] = []
    absent: list[Absent] = []
    chosen = []
    for scenario in scenarios:
        if release not in scenario.releases:
            absent.append(Absent("*", scenario.name, f"it needs a kernel {scenario.releases}"))
        elif scenario.quick or suite is not Suite.QUICK:
            chosen.append(scenario)
    for backend in backends:
        missing = [name.split()[0] for name in backend.modules if not modules.has(name.split()[0])]
        if backend.flavour and image.flavour not in (backend.flavour, "-"):
            why = f"it needs a kernel of the flavour {backend.flavour}"
            absent.append(Absent(backend.name, "*", why))
            continue
        if missing:
            why = f"the kernel has no module {', '.join(missing)}"
            absent.append(Absent(backend.name, "*", why))
            continue
        for stable in backend.stable_writes:
            if suite is Suite.QUICK and stable == "changed":
                continue
            device = Device(backend, stable)
            for scenario in chosen:
                waits = backend.waits_us if "lab wait" in scenario.steps else (0,)
                runs += [
                    Run(device, scenario, access, wait)
                    for access in suite.accesses(scenario)
                    for wait in waits
                ]
    return Plan(tuple(runs), tuple(absent))


def plans_of(runs: Iterable[Run]) -> Mapping[Device, list[str]]:
    """The lines that the guest plays on each device."""
    plans: dict[Device, list[str]] = {}
    for run in runs:
        lines = plans.setdefault(run.device, [])
        lines += [f"run {run.name}", *run.scenario.plan(run.access, run.wait_us), "end"]
    return plans
