"""Run a litmus test: every interleaving of its threads with the device and reclaim."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from swapin.life.decide import Decider
from swapin.life.explore import search
from swapin.life.litmus import Litmus, Step, Thread
from swapin.life.state import State, start
from swapin.life.steps import Steps
from swapin.model import LifeError, Release
from swapin.program import Program


class Moment(NamedTuple):
    """A state with how far each thread has come, and what it has read."""

    state: State
    at: tuple[int, ...]
    """By thread: steps done."""
    registers: tuple[tuple[str, int], ...] = ()
    waits: int = -1
    """The thread that waits for the device to end its write; -1: none."""


@dataclass(frozen=True, slots=True)
class LitmusResult:
    """What came of a test on one kernel."""

    test: Litmus
    kernel: str
    verdict: str
    """``always``, ``sometimes`` or ``never`` the condition holds at the end."""
    holds: int
    """Ends in which it does."""
    ends: int
    states: int
    story: tuple[str, ...]
    """A shortest way to an end in which the condition holds, or to any if it never does."""
    outcome: tuple[str, ...]
    """What is true at that end."""
    readings: frozenset[frozenset[str]]
    """What the registers can hold at the end, such as ``P0:r0=2``, taken together."""
    fingerprint: str
    """Twelve hexadecimal digits over test, kernel and rules."""
    edition: str

    @property
    def as_expected(self) -> bool:
        """Whether the test's own line holds: exists, never or always."""
        wanted = {"exists": ("always", "sometimes"), "never": ("never",), "always": ("always",)}
        return self.verdict in wanted[self.test.quantifier]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "test": self.test.name,
            "kernel": self.kernel,
            "condition": f"{self.test.quantifier}: {self.test.written}",
            "verdict": self.verdict,
            "as_expected": self.as_expected,
            "holds": self.holds,
            "ends": self.ends,
            "states": self.states,
            "story": list(self.story),
            "outcome": list(self.outcome),
            "fingerprint": self.fingerprint,
            "rules_edition": self.edition,
        }


def applies(test: Litmus, release: str) -> bool:
    """Whether the kernels of a release can play a test."""
    at = Release.parse(release)
    return (not test.since or Release.parse(test.since) <= at) and (
        not test.until or at <= Release.parse(test.until)
    )


def run_litmus(program: Program, test: Litmus, kernel: str) -> LitmusResult:
    """Play a test on a kernel of the model.

    :raises FaultError: an unknown kernel, device, architecture or fact.
    :raises LifeError: a step that cannot be, or the rules leave something open.
    """
    return play(program, test, decider_of(program, test, kernel))


def decider_of(program: Program, test: Litmus, kernel: str) -> Decider:
    """What decides for a test on a kernel of the model.

    :raises FaultError: an unknown kernel, device, architecture or fact.
    """
    return Decider(
        program,
        kernel,
        architecture=test.architecture,
        backend=test.device,
        given=test.facts,
    )


def play(program: Program, test: Litmus, decider: Decider) -> LitmusResult:
    """Play a test with rules and transitions as they are given."""
    scene = _Scene(test, decider)
    found = search(scene.first(), scene.moves)
    holding = [end for end in found.ends if test.condition.holds(_Asked(test, end))]
    verdict = (
        "never" if not holding else "always" if len(holding) == len(found.ends) else "sometimes"
    )
    shown = min(holding or found.ends, key=lambda end: len(found.way(end)))
    declared = f"{test}\n{decider.kernel.name}\n{program.catalog.fingerprint}"
    return LitmusResult(
        test=test,
        kernel=decider.kernel.name,
        verdict=verdict,
        holds=len(holding),
        ends=len(found.ends),
        states=len(found.reached),
        story=tuple(done for done, _ in found.way(shown)),
        outcome=_told(test, shown),
        readings=frozenset(
            frozenset(f"{name}={value}" for name, value in end.registers) for end in found.ends
        ),
        fingerprint=hashlib.sha256(declared.encode()).hexdigest()[:12],
        edition=program.catalog.edition,
    )


class _Scene:
    """The moves of a test."""

    def __init__(self, test: Litmus, decider: Decider) -> None:
        self._test = test
        self._steps = Steps(decider)
        self._decider = decider

    def first(self) -> Moment:
        """After the initial steps, with writeback over unless a thread's business."""
        moment = Moment(start(self._test.processes), (0,) * len(self._test.threads))
        for process, step in self._test.init:
            if step.verb == "written-back":
                for state in self._steps.written_back(moment.state)[:1]:
                    moment = moment._replace(state=state)
                continue
            if moment.state.ptes[process] is None:
                raise LifeError(f"{self._test.name}: there is no process P{process} at `{step}`")
            moment = self._done(moment, f"P{process}", process, step)
        return moment._replace(state=moment.state.canonical())

    def moves(self, moment: Moment) -> Iterator[tuple[str, Moment]]:
        """What can happen next."""
        for index, thread in enumerate(self._test.threads):
            at = moment.at[index]
            if at == len(thread.steps) or moment.waits == index:
                continue
            step = thread.steps[at]
            after = self._step(moment, index, thread, step)
            if after is not None:
                yield f"{thread.name}: {step}", after
        if any(at < len(t.steps) for at, t in zip(moment.at, self._test.threads, strict=True)):
            for state in self._steps.written_back(moment.state):
                yield "the device ends its write", self._settled(moment, state)
            for state in self._steps.dropped(moment.state):
                yield "reclaim frees the page", self._settled(moment, state)

    def _settled(self, moment: Moment, state: State) -> Moment:
        waits = moment.waits if any(folio.writeback for folio in state.folios) else -1
        return moment._replace(state=state.canonical(), waits=waits)

    def _step(self, moment: Moment, index: int, thread: Thread, step: Step) -> Moment | None:
        state = moment.state
        if state.ptes[thread.process] is None:
            # A child begins when it has been forked; one that has ended does nothing more.
            return None
        if "stopped" in state.marks and step.verb in ("store", "load"):
            return None
        if step.verb == "written-back" and any(folio.writeback for folio in state.folios):
            return None
        after = self._done(moment, thread.name, thread.process, step)
        at = tuple(n + (i == index) for i, n in enumerate(moment.at))
        waits = moment.waits
        if self._decider.writes_inside and step.verb in ("page-out", "reclaim"):
            waits = index if any(folio.writeback for folio in after.state.folios) else -1
        return after._replace(state=after.state.canonical(), at=at, waits=waits)

    def _done(self, moment: Moment, name: str, process: int, step: Step) -> Moment:
        steps, state, word = self._steps, moment.state, step.argument
        verb = step.verb
        if verb in ("load", "read-reference"):
            if verb == "load":
                state, found = steps.load(state, process)
            else:
                found = steps.read_reference(state, process)
            registers = dict(moment.registers) | {f"{name}:{word}": found}
            return moment._replace(state=state, registers=tuple(sorted(registers.items())))
        if verb == "store":
            state = steps.store(state, process, int(word))
        elif verb == "write-reference":
            state = steps.write_reference(state, process, int(word))
        elif verb == "fork":
            state = steps.fork(state, process, int(word[1]))
        elif verb in ("get-read", "get-write", "pin-read", "pin-write"):
            how, _, access = verb.partition("-")
            state = steps.refer(state, process, write=access == "write", pinned=how == "pin")
        elif verb in ("write-protect", "unprotect"):
            state = steps.protect(state, process, verb == "write-protect")
        elif verb in ("swapoff", "swapon"):
            state = steps.swapoff(state) if verb == "swapoff" else steps.swapon(state)
        elif verb != "written-back":
            state = getattr(steps, verb.replace("-", "_"))(state, process)
        return moment._replace(state=state)


class _Asked(dict[str, bool]):
    """The truth of a condition's atoms at an end."""

    def __init__(self, test: Litmus, end: Moment) -> None:
        super().__init__()
        self._end = end
        self._registers = dict(end.registers)

    def __missing__(self, atom: str) -> bool:
        state = self._end.state
        who, colon, what = atom.partition(":")
        if not colon:
            return atom in state.marks
        name, equals, value = atom.partition("=")
        if equals:
            return self._registers.get(name) == int(value)
        process = int(who[1])
        pte = state.ptes[process] if process < len(state.ptes) else None
        if pte is None:
            return False
        return {
            "exclusive": pte.folio >= 0 and state.folios[pte.folio].exclusive,
            "writable": pte.writable,
            "mapped": pte.folio >= 0,
            "marked": pte.marked,
        }[what]


def _told(test: Litmus, end: Moment) -> tuple[str, ...]:
    told = [f"{name}={value}" for name, value in end.registers]
    told += sorted(end.state.marks)
    for process, pte in enumerate(end.state.ptes):
        if pte is None:
            continue
        if pte.folio >= 0:
            folio = end.state.folios[pte.folio]
            how = ["mapped", *(["exclusive"] if folio.exclusive else [])]
            how += ["writable"] if pte.writable else []
            told.append(f"P{process} {' '.join(how)}")
        elif pte.slot >= 0:
            told.append(f"P{process} swapped out{', marked' if pte.marked else ''}")
    return tuple(told)
