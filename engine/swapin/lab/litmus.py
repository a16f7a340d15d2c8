"""Litmus tests in a real kernel: how often each end is seen, beside what the model says."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swapin.lab.backends import LabBackend, backends
from swapin.lab.boot import Ended, Limits, boot
from swapin.lab.guest import make_guest
from swapin.lab.kernels import Image
from swapin.lab.machines import Machine
from swapin.lab.modules import Modules
from swapin.lab.plan import Device
from swapin.lab.run import Progress
from swapin.life.decide import Decider
from swapin.life.litmus import Litmus, Step
from swapin.life.run import LitmusResult, applies, play
from swapin.program import Program

_CPUS = 2
_STABLE = "swap_device.stable_writes"
_NO_WAY: Mapping[str, str] = {
    "get-write": "no system call holds a plain reference for writing as long as a test needs",
}
"""Steps that a guest cannot do, and why."""


@dataclass(frozen=True, slots=True)
class Guest:
    """What a test asks of a guest."""

    test: Litmus
    device: Device
    decider: Decider
    mask: int
    """The bit of a swap PTE that marks it exclusive; 0: there is none."""

    def lines(self, tries: int) -> Iterator[str]:
        """The test in the words of the guest's program."""
        yield f"test {self.test.name} {tries} {int(self.decider.stable_writes)} {self.mask:#x}"
        for word in ("marked", "writable"):
            if any(atom.endswith(f":{word}") for atom in self.test.condition.names()):
                yield f"ask {word}"
        yield from (f"init P{process} {step}" for process, step in self.test.init)
        for thread in self.test.threads:
            yield f"thread {thread.name}"
            yield from (f"step {step}" for step in thread.steps)
        yield "end"


@dataclass(slots=True)
class Tried:
    """What came of one test in one kernel, beside what the model says."""

    kernel: str
    test: Litmus
    model: LitmusResult | None = None
    """``None``: the guest cannot play the test, see :attr:`why_not`."""
    ends: dict[frozenset[str], int] = field(default_factory=dict)
    """How often each way to end was seen: what held, as a condition asks for it."""
    failed: dict[str, int] = field(default_factory=dict)
    """Tries that came to no end, by the reason."""
    why_not: str = ""

    @property
    def tries(self) -> int:
        """Tries that came to an end."""
        return sum(self.ends.values())

    @property
    def holds(self) -> int:
        """Tries at whose end the condition held."""
        return sum(count for end, count in self.ends.items() if self._held(end))

    def _held(self, end: frozenset[str]) -> bool:
        return self.test.condition.holds(
            {atom: atom in end for atom in self.test.condition.names()}
        )

    @property
    def forbidden(self) -> dict[str, int]:
        """What was seen and cannot be by the model, with how often."""
        if self.model is None:
            return {}
        found = {}
        if self.model.verdict == "never" and self.holds:
            found[self.test.written] = self.holds
        if self.model.verdict == "always" and self.holds < self.tries:
            found[f"~({self.test.written})"] = self.tries - self.holds
        read: dict[str, int] = {}
        for end, count in self.ends.items():
            if registers(end) not in self.model.readings:
                told = " ".join(sorted(registers(end)))
                read[told] = read.get(told, 0) + count
        return found | read

    @property
    def never_seen(self) -> tuple[str, ...]:
        """What the model allows and no try showed."""
        if self.model is None or not self.tries:
            return ()
        seen = {registers(end) for end in self.ends}
        missing = [" ".join(sorted(read)) for read in self.model.readings if read not in seen]
        if self.model.verdict == "sometimes" and not self.holds:
            missing.append(self.test.written)
        if self.model.verdict == "sometimes" and self.holds == self.tries:
            missing.append(f"~({self.test.written})")
        return tuple(sorted(missing))

    @property
    def finding(self) -> bool:
        """The kernel did what the model forbids."""
        return bool(self.forbidden)

    @property
    def result(self) -> str:
        """``agrees``, ``differs``, or why nothing can be said."""
        if self.why_not or not self.tries:
            return self.why_not or "no try came to an end"
        return "differs" if self.finding else "agrees"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        told: dict[str, Any] = {"test": self.test.name, "kernel": self.kernel}
        if self.model is None:
            return told | {"why_not": self.why_not}
        return told | {
            "condition": f"{self.test.quantifier}: {self.test.written}",
            "model": self.model.verdict,
            "holds": self.holds,
            "tries": self.tries,
            "result": self.result,
            "forbidden_and_seen": self.forbidden,
            "allowed_and_never_seen": list(self.never_seen),
            "failed": self.failed,
            "ends": {
                " ".join(sorted(end)): count
                for end, count in sorted(self.ends.items(), key=lambda item: sorted(item[0]))
            },
            "fingerprint": self.model.fingerprint,
            "rules_edition": self.model.edition,
        }


def registers(end: Iterable[str]) -> frozenset[str]:
    """What was read, of all that held at an end."""
    return frozenset(atom for atom in end if "=" in atom)


def try_tests(
    program: Program,
    image: Image,
    machine: Machine,
    tests: Iterable[Litmus],
    out: Path,
    *,
    tries: int,
    limits: Limits,
    busybox: Path,
    progress: Progress,
    model: str = "",
) -> tuple[list[Tried], Ended | None]:
    """Boot a kernel and play tests in it; what came of each is kept in ``out`` as JSON lines.

    :param tries: how often each test is played.
    :param model: the kernel of the model to compare with, if not the one that runs.
    :raises DebianError: a tool is missing. A guest that fails raises nothing; its end says so.
    :raises FaultError: the model has no such kernel.
    """
    results: dict[str, Tried] = {}
    guests = []
    for test in tests:
        results[test.name] = tried = Tried(image.release, test)
        made = _guest(program, image, machine, test, model or image.release)
        if isinstance(made, str):
            tried.why_not = made
            continue
        tried.model = play(program, test, made.decider)
        guests.append(made)
    plans: dict[Device, list[str]] = {}
    for guest in guests:
        plans.setdefault(guest.device, []).extend(guest.lines(tries))
    lines = _Lines(results, image.name, len(guests), progress)
    ended = None
    out.mkdir(parents=True, exist_ok=True)
    if plans:
        console = out / f"litmus-{machine.architecture}-{image.name}.console"
        with tempfile.NamedTemporaryFile(prefix="swapin-initrd-") as initrd:
            initrd.write(make_guest(image, machine, plans, busybox, "litmus"))
            initrd.flush()
            ended = boot(
                image,
                machine,
                Path(initrd.name),
                console,
                cpus=_CPUS,
                limits=limits,
                line=lines.take,
                options=machine.two_nodes,
            )
    kept = "".join(json.dumps(one.to_dict()) + "\n" for one in results.values())
    file = out / f"litmus-{machine.architecture}-{image.name}.jsonl"
    file.write_text(kept, encoding="utf-8")
    return list(results.values()), ended


def _guest(
    program: Program, image: Image, machine: Machine, test: Litmus, model: str
) -> Guest | str:
    """How a guest plays a test, or why it cannot."""
    steps = [step for _, step in test.init] + [s for t in test.threads for s in t.steps]
    why = _no_way(steps, image, machine, test)
    if why:
        return why
    architecture = machine.architecture
    decider = Decider(
        program, model, architecture=architecture, backend=test.device, given=test.facts
    )
    for name, value in test.facts.items():
        own = Decider(program, image.release, architecture=architecture).known.get(name)
        if name != _STABLE and own is not value:
            return f"`{name}={str(value).lower()}` is not so in this kernel"
    asked = {atom.partition(":")[2] for atom in test.condition.names()}
    if "exclusive" in asked and not decider.marks_exclusive:
        return "PG_anon_exclusive, which the condition asks for, is not in this kernel"
    device = _device(test, Modules(image.modules), decider.stable_writes)
    if isinstance(device, str):
        return device
    masks = [
        layout.flags.get("swp_exclusive", 0)
        for layout in program.catalog.architectures[architecture].layouts
        if decider.kernel.at in layout.releases
    ]
    return Guest(test, device, decider, masks[0] if masks else 0)


def _no_way(steps: Iterable[Step], image: Image, machine: Machine, test: Litmus) -> str:
    if not applies(test, image.release):
        return f"the test is for kernels from {test.since or 'the first'} to {test.until or 'now'}"
    # LPAE is a configuration of arm, with the same software bits as far as tests ask for them.
    if test.architecture not in ("x86_64", machine.architecture.removesuffix("-lpae")):
        return f"it is a test of {test.architecture}"
    for step in steps:
        if step.verb in _NO_WAY:
            return f"`{step.verb}`: {_NO_WAY[step.verb]}"
        if step.verb == "migrate" and not machine.two_nodes:
            return "`migrate`: this machine has one NUMA node"
    return ""


def _device(test: Litmus, modules: Modules, stable: bool) -> Device | str:
    """The device of the lab that a test means."""
    known: dict[str, LabBackend] = {
        backend.preset: backend
        for backend in (*backends().values(), *backends("litmus_backends").values())
    }
    backend = known.get(test.device)
    if backend is None:
        return f"the lab has no device `{test.device}`"
    missing = [name.split()[0] for name in backend.modules if not modules.has(name.split()[0])]
    if missing:
        return f"the kernel has no module {', '.join(missing)}"
    wanted = "on" if stable else "off"
    if wanted not in backend.stable_writes:
        return f"the lab cannot set stable writes of `{test.device}` to {wanted}"
    return Device(backend, wanted)


class _Lines:
    """Takes a guest's lines."""

    def __init__(
        self, results: Mapping[str, Tried], kernel: str, total: int, progress: Progress
    ) -> None:
        self._results = results
        self._kernel = kernel
        self._total = total
        self._progress = progress
        self._done = 0
        self._now: Tried | None = None

    def take(self, text: str) -> None:
        """One line."""
        word, _, rest = text.partition(" ")
        now = self._now
        if word == "litmus":
            self._now = self._results.get(rest)
            self._progress(self._kernel, self._done, self._total, rest)
        elif word == "unavailable":
            device, _, why = rest.partition(": ")
            for one in self._results.values():
                if one.model and not one.ends and one.test.device == device.partition("/")[0]:
                    one.why_not = f"the device could not be made: {why}"
        elif now and word == "outcome":
            count, *atoms = rest.split()
            now.ends[frozenset(atoms)] = int(count)
        elif now and word == "failed":
            many, _, why = rest.partition(" ")
            now.failed[why] = int(many)
        elif word == "end":
            self._done += 1
            self._now = None
