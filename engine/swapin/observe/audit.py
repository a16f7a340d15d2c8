"""Compare what real kernels did with what the model says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from swapin.model import Fault, FaultError, Verdict
from swapin.observe.causes import cause_of_copy
from swapin.observe.observation import BadLine, Observation

OUTCOMES = ("mapped_exclusive", "write")
"""The outcomes that an observation tells of."""

Evaluate = Callable[[Iterable[Fault]], Iterator[Verdict | FaultError]]
"""Gives a verdict, or why there is none, for each fault in order."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One observation beside the model's verdict."""

    observation: Observation
    verdict: Verdict | FaultError

    def of(self, outcome: str) -> str:
        """``agree``, ``disagree``, ``undetermined``, or ``not_observed``."""
        seen = self.seen(outcome)
        if seen is None:
            return "not_observed"
        if isinstance(self.verdict, FaultError):
            # The kernel did what a constraint of the model excludes.
            return "disagree"
        said = self.verdict.outcomes[outcome]
        if said.endswith("_UNDETERMINED"):
            return "undetermined"
        return "agree" if said == seen else "disagree"

    @property
    def disagrees(self) -> bool:
        """The kernel did otherwise than the model says, in some outcome."""
        return any(self.of(outcome) == "disagree" for outcome in OUTCOMES)

    def seen(self, outcome: str) -> str | None:
        """What the kernel did, in the values of a verdict."""
        if outcome == "write":
            return self.observation.write
        return "ANSWER_YES" if self.observation.mapped_exclusive else "ANSWER_NO"


@dataclass(slots=True)
class Audit:
    """The result of an audit."""

    observations: int = 0
    counts: dict[str, dict[str, int]] = field(
        default_factory=lambda: {outcome: _zeros() for outcome in OUTCOMES}
    )
    groups: dict[tuple[str, str, str], dict[str, dict[str, int]]] = field(default_factory=dict)
    """Counts by kernel, backend and scenario."""
    disagreements: list[Judgement] = field(default_factory=list)
    bad_lines: list[BadLine] = field(default_factory=list)
    copies: Counter[str] = field(default_factory=Counter)
    """How often each cause made the kernel copy a page on a write."""

    def add(self, judgement: Judgement) -> None:
        """Count one observation."""
        seen = judgement.observation
        key = (seen.fault.variant or seen.fault.release, seen.backend, seen.scenario)
        group = self.groups.setdefault(key, {outcome: _zeros() for outcome in OUTCOMES})
        self.observations += 1
        judged = {outcome: judgement.of(outcome) for outcome in OUTCOMES}
        for outcome, result in judged.items():
            self.counts[outcome][result] += 1
            group[outcome][result] += 1
        if seen.write == "WRITE_COPIED":
            self.copies[cause_of_copy(seen.fault, judgement.verdict)] += 1
        if "disagree" in judged.values():
            self.disagreements.append(judgement)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; totals first."""
        return {
            "observations": self.observations,
            "outcomes": self.counts,
            "groups": [
                {"kernel": kernel, "backend": backend, "scenario": scenario, "outcomes": counts}
                for (kernel, backend, scenario), counts in sorted(self.groups.items())
            ],
            "copies": [
                {"cause": cause, "observations": count}
                for cause, count in self.copies.most_common()
            ],
            "disagreements": [_told(judgement) for judgement in self.disagreements],
            "errors": [{"place": bad.place, **_problems(bad.error)} for bad in self.bad_lines],
        }


def _zeros() -> dict[str, int]:
    return {"agree": 0, "disagree": 0, "undetermined": 0, "not_observed": 0}


def _told(judgement: Judgement) -> dict[str, Any]:
    place, verdict = judgement.observation.place, judgement.verdict
    if isinstance(verdict, FaultError):
        line = place.rpartition(":")[2]
        said: dict[str, Any] = {"error": {"line": int(line or 0), **_problems(verdict)}}
    else:
        said = verdict.to_dict()
    return {
        "place": place,
        "observed": {outcome: judgement.seen(outcome) for outcome in OUTCOMES},
        "verdict": said,
    }


def _problems(error: FaultError) -> dict[str, Any]:
    return {"problems": [problem.to_dict() for problem in error.problems]}


def audit(
    records: Iterable[Observation | BadLine],
    evaluate: Evaluate,
    progress: Callable[[int], None] | None = None,
) -> Audit:
    """Judge every observation.

    :param evaluate: a program's, or a client's; called with one fault a record, in order.
    :param progress: told the number of records done, after each.
    """
    result = Audit()
    for number, judgement in enumerate(judged(records, evaluate), 1):
        if isinstance(judgement, BadLine):
            result.bad_lines.append(judgement)
        else:
            result.add(judgement)
        if progress:
            progress(number)
    return result


def judged(
    records: Iterable[Observation | BadLine], evaluate: Evaluate
) -> Iterator[Judgement | BadLine]:
    """Each observation beside its verdict; bad lines come first."""
    kept: list[Observation] = []
    for record in records:
        if isinstance(record, BadLine):
            yield record
        else:
            kept.append(record)
    verdicts = evaluate(observation.fault for observation in kept)
    for observation, verdict in zip(kept, verdicts, strict=True):
        if isinstance(verdict, FaultError):
            verdict = _with_ended_writeback(observation.fault, evaluate) or verdict
        judgement = Judgement(observation, verdict)
        if observation.raced and judgement.disagrees:
            judgement = _as_it_may_have_been(observation, evaluate) or judgement
        yield judgement


_OF_REFERENCES = (
    "folio.sole_reference",
    "folio.extra_reference",
    "folio.lru_batched",
    "folio.mapped",
)


_OF_THE_CACHE = ("folio.swapcache", "folio.dirty")


def _as_it_may_have_been(observation: Observation, evaluate: Evaluate) -> Judgement | None:
    """A judgement that does not disagree, for what may have been at the decision.

    Another CPU may have ended writeback, or dropped a reference, between the decision and the
    rmap call, where both were read. Neither can begin: the folio is locked. A reference that kept
    the page in the swap cache may also have gone when do_wp_page() looked.
    """
    fault = observation.fault
    less = {name: value for name, value in fault.facts.items() if name not in _OF_REFERENCES}
    guesses = [less]
    if not fault.facts.get("folio.writeback", True):
        written = {"folio.writeback": True}
        guesses = [{**fault.facts, **written}, less, {**less, **written}]
    guesses.append({name: value for name, value in less.items() if name not in _OF_THE_CACHE})
    for facts in guesses:
        verdict = next(iter(evaluate([replace(fault, facts=facts)])))
        judgement = Judgement(observation, verdict)
        if not judgement.disagrees:
            return judgement
    return None


def _with_ended_writeback(fault: Fault, evaluate: Evaluate) -> Verdict | None:
    """A verdict for the case that writeback ended between decision and rmap call.

    The flag was read when the rmap function was entered; the decision read it before. A page
    not under writeback then may have been at the decision.
    """
    if fault.facts.get("folio.writeback", True):
        return None
    facts = {**fault.facts, "folio.writeback": True}
    verdict = next(iter(evaluate([replace(fault, facts=facts)])))
    return None if isinstance(verdict, FaultError) else verdict
