"""Ask the compiled rules what a fault of a life does; no rule is written here a second time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from swapin.catalog import latched
from swapin.catalog.stacks import layers_of
from swapin.model import (
    EFFECTS,
    Event,
    Fault,
    FaultError,
    Kind,
    LifeError,
    Outcome,
    Transition,
)
from swapin.program import Program
from swapin.program.resolve import Resolver

DEFAULT_ARCHITECTURE = "x86_64"


@dataclass(frozen=True, slots=True)
class SwapIn:
    """What a swap-in fault did."""

    exclusive: bool
    writable: bool
    write: str
    """A value of the outcome ``write``."""
    fresh: bool
    """The page was read past the swap cache."""
    cached: bool
    """It is in the swap cache when it is mapped."""
    rules: tuple[str, ...]
    """Ids of the rules that decided."""


class Decider:
    """The rules and transitions of one kernel on one architecture and device.

    :param given: facts of the device and capabilities that differ from the presets'.
    :raises FaultError: an unknown name.
    """

    def __init__(
        self,
        program: Program,
        kernel: str,
        *,
        architecture: str = DEFAULT_ARCHITECTURE,
        backend: str = "",
        given: Mapping[str, bool] | None = None,
    ) -> None:
        catalog = program.catalog
        found = catalog.kernels.get(kernel)
        self._program = program
        self._fault = Fault(
            release=found.release if found else kernel,
            variant=found.variant if found else "",
            architecture=architecture,
            stack=tuple(backend.split("/")) if backend else (),
            facts=dict(given or {}),
        )
        resolved = Resolver(catalog).resolve(self._fault)
        self.kernel = resolved.kernel
        self.known = dict(resolved.known)
        # Nothing fails on the way, and pages are of order 0: as in an ordinary fault.
        self._ordinary = {
            name: value
            for fact in catalog.facts.values()
            if not fact.derived and not fact.hindsight
            for name, value in fact.usual_atoms.items()
            if name not in self.known
        }
        self._atoms = {**dict.fromkeys(catalog.atoms, False), **self._ordinary, **self.known}
        self._rules = catalog.rules_of(self.kernel)
        self._transitions: dict[Event, list[Transition]] = {event: [] for event in EFFECTS}
        for transition in catalog.transitions_of(self.kernel):
            self._transitions[transition.event].append(transition)
        self._faults: dict[tuple[tuple[str, bool], ...], SwapIn] = {}
        self._events: dict[tuple[Event, tuple[tuple[str, bool], ...]], Transition] = {}
        self.marks_exclusive = self.known["kernel.anon_exclusive"]
        """PG_anon_exclusive exists."""
        self.stable_writes = self.known.get("swap_device.stable_writes", False)
        """The device requires that a page under writeback does not change."""
        flags = latched(catalog, layers_of(catalog, self._fault.stack), self.kernel.at)
        inside = flags.get("swap_device.writes_inside")
        self.writes_inside = bool(inside and inside.value)
        """Whoever submits a write comes back when it has ended."""
        self.shows_writeback = self._admits({"folio.writeback": True, "folio.swapcache_hit": True})
        """A fault can find a page under writeback."""

    def swap_in(self, facts: Mapping[str, bool]) -> SwapIn:
        """What a swap-in fault does.

        :param facts: what the state says of it, beside what is the case in every fault.
        :raises LifeError: the rules leave something open that the life depends on.
        """
        key = tuple(sorted(facts.items()))
        found = self._faults.get(key)
        if found is None:
            found = self._faults[key] = self._swap_in(facts)
        return found

    def _swap_in(self, facts: Mapping[str, bool]) -> SwapIn:
        try:
            verdict = self._program.evaluate(self._described(facts))
        except FaultError as error:
            raise LifeError(f"the life comes to a fault that cannot be: {error}") from error
        answers = verdict.outcomes
        for outcome, answer in answers.items():
            if answer.endswith("_UNDETERMINED") and outcome != "exclusive":
                named = ", ".join(verdict.settled_by)
                raise LifeError(f"`{outcome}` of a fault is undetermined without {named}")
        if answers["path"] != "PATH_MAPPED":
            raise LifeError(f"a fault of the life does not map its page: {answers['path']}")
        return SwapIn(
            exclusive=answers["mapped_exclusive"] == "ANSWER_YES",
            writable=answers["pte_writable"] == "ANSWER_YES",
            write=answers["write"],
            fresh=self._admits({**facts, "folio.fresh": True}),
            cached=self._admits({**facts, "folio.swapcache": True}),
            rules=tuple(rule for told in verdict.explanation.outcomes for rule in told.deciding),
        )

    def _described(self, facts: Mapping[str, bool]) -> Fault:
        given = {**self._ordinary, **self._fault.facts, **facts}
        known = self._program.catalog.atoms
        return Fault(
            release=self._fault.release,
            variant=self._fault.variant,
            architecture=self._fault.architecture,
            stack=self._fault.stack,
            facts={name: value for name, value in given.items() if name in known},
        )

    def _admits(self, facts: Mapping[str, bool]) -> bool:
        try:
            self._program.evaluate(self._described(facts))
        except FaultError:
            return False
        return True

    def reuses(self, facts: Mapping[str, bool], exclusive: bool) -> tuple[str, ...]:
        """The rules by which do_wp_page() reuses a page that is mapped read-only; none: it copies.

        :param facts: what the state says of the page, complete.
        :param exclusive: PageAnonExclusive().
        """
        earlier = {outcome.yes.name: False for outcome in Outcome}
        earlier[Outcome.MAPPED_EXCLUSIVE.yes.name] = exclusive
        state = {**self._atoms, **facts, **earlier}
        held = [
            rule
            for rule in self._rules
            if rule.outcome is Outcome.WRITE_REUSED and rule.when.holds(state)
        ]
        if any(rule.kind is Kind.VETO for rule in held):
            return ()
        return tuple(rule.id for rule in held if rule.kind is Kind.CLAIM)

    def effect(self, event: Event, page: Mapping[str, bool]) -> Transition:
        """The transition by which an event goes.

        :param page: the atoms of the page and its PTE.
        :raises LifeError: none holds, or several with different effects.
        """
        key = (event, tuple(sorted(page.items())))
        found = self._events.get(key)
        if found is None:
            state = {**self._atoms, **page}
            held = [one for one in self._transitions[event] if one.when.holds(state)]
            effects = {one.effect for one in held}
            if len(effects) != 1:
                told = ", ".join(one.id for one in held) or "none"
                raise LifeError(f"of the transitions of `{event}` one must hold; it is: {told}")
            found = self._events[key] = held[0]
        return found

    def change(self, transition: str, to: Callable[[Transition], Transition | None]) -> None:
        """Put another transition in the place of one, or none, to see what would come of it."""
        self._events.clear()
        for event, known in self._transitions.items():
            changed = (to(one) if one.id == transition else one for one in known)
            self._transitions[event] = [one for one in changed if one is not None]
