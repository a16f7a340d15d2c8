"""Verdicts: every outcome, why, and on what authority."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum

from swapin.model.errors import FaultError
from swapin.model.fault import wrong_type
from swapin.model.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Depth(StrEnum):
    """How much of the explanation is wanted. Each depth has what the one before has."""

    NONE = "none"
    """Outcomes and what would settle them."""
    DECIDING = "deciding"
    """The rules that decided each outcome."""
    RULES = "rules"
    """Every rule asked, and which of its conditions held."""
    FLIP = "flip"
    """The fewest facts whose change would flip each outcome."""
    PROSE = "prose"
    """A paragraph in the words of a mailing-list reply."""

    @property
    def rank(self) -> int:
        """Position in the order of depths."""
        return list(Depth).index(self)


def no_depth(value: object) -> FaultError:
    """What is said of a depth that is none."""
    known = ", ".join(f"Depth.{depth.name}" for depth in Depth)
    return FaultError([wrong_type("depth", value, f"one of {known}")])


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact or earlier outcome that a rule reads, with what it was found to be."""

    name: str
    truth: str
    """``ANSWER_YES``, ``ANSWER_NO`` or ``ANSWER_UNDETERMINED``."""


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """A rule that was asked, and what it said."""

    id: str
    kind: str
    outcome: str
    truth: str
    """Whether its expression held: ``ANSWER_YES``, ``ANSWER_NO``, ``ANSWER_UNDETERMINED``."""
    when: str
    because: str
    source: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class OutcomeExplanation:
    """Why one outcome came out as it did."""

    outcome: str
    answer: str
    deciding: tuple[str, ...]
    """Ids of the rules that decided: the claims that hold, or the vetoes that do; of what is
    undetermined because the model does not cover it, the limits. Empty for a no that no rule
    claimed, and for what unknown facts leave undetermined."""
    because: tuple[str, ...]
    """The deciding rules' reasons, in the same order."""
    settled_by: tuple[str, ...] = ()
    """A smallest set of facts that would settle this outcome, if it is undetermined."""
    flips: tuple[tuple[str, ...], ...] = ()
    """Each a set of changes to given facts, all of the smallest size, that flips it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One structure, filled as deep as was asked."""

    outcomes: tuple[OutcomeExplanation, ...] = ()
    rules: tuple[RuleTrace, ...] = ()
    prose: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """A given fact that differs from what a preset binds."""

    fact: str
    given: bool
    preset: str
    """The preset overridden, such as ``backend null_blk``."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """On what authority a verdict was given."""

    catalog: str
    """Fingerprint of everything that the loaded plugins declared."""
    rules_edition: str
    kernel: str
    evidence: str
    overrides: tuple[Override, ...] = ()
    degraded: bool = False
    """A plugin failed to load, so the catalog is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one fault."""

    outcomes: Mapping[str, str]
    """Value of each outcome by name; ``ANSWER_*``, or ``WRITE_*`` for ``write``."""
    settled_by: tuple[str, ...]
    """A smallest set of facts that would settle everything that is undetermined."""
    provenance: Provenance
    explanation: Explanation = Explanation()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: the proto3 mapping of ``swapin.v1.Verdict``, original names.

        Empty parts of an explanation are left out, as that mapping does.
        """
        verdict: dict[str, Any] = {
            "outcomes": dict(self.outcomes),
            "settled_by": list(self.settled_by),
        }
        explanation = _explanation_dict(self.explanation)
        if explanation:
            verdict["explanation"] = explanation
        verdict["provenance"] = _provenance_dict(self.provenance)
        return verdict

    def to_json(self) -> str:
        """One line of JSON; the same bytes from library, command and server."""
        return json.dumps(self.to_dict(), separators=(", ", ": "), ensure_ascii=False)


def _provenance_dict(provenance: Provenance) -> dict[str, Any]:
    return {
        "catalog": provenance.catalog,
        "rules_edition": provenance.rules_edition,
        "kernel": provenance.kernel,
        "evidence": provenance.evidence,
        "overrides": [
            {"fact": entry.fact, "given": entry.given, "preset": entry.preset}
            for entry in provenance.overrides
        ],
        "degraded": provenance.degraded,
    }


def _explanation_dict(explanation: Explanation) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if explanation.outcomes:
        found["outcomes"] = [
            _without_empty(
                {
                    "outcome": entry.outcome,
                    "answer": entry.answer,
                    "deciding": list(entry.deciding),
                    "because": list(entry.because),
                    "settled_by": list(entry.settled_by),
                    "flips": [{"changes": list(changes)} for changes in entry.flips],
                }
            )
            for entry in explanation.outcomes
        ]
    if explanation.rules:
        found["rules"] = [
            _without_empty(
                {
                    "id": trace.id,
                    "kind": f"RULE_KIND_{trace.kind}",
                    "outcome": trace.outcome,
                    "truth": trace.truth,
                    "when": trace.when,
                    "because": trace.because,
                    "source": trace.source,
                    "conditions": [
                        {"name": condition.name, "truth": condition.truth}
                        for condition in trace.conditions
                    ],
                }
            )
            for trace in explanation.rules
        ]
    if explanation.prose:
        found["prose"] = explanation.prose
    return found


def _without_empty(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value not in ("", [])}
