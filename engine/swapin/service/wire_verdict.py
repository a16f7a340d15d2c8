"""Verdicts on the wire: from the model to the message, and back for clients."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from swapin.model import (
    Condition,
    Depth,
    Explanation,
    OutcomeExplanation,
    Override,
    Provenance,
    RuleTrace,
    Verdict,
)
from swapin.model.verdict import no_depth
from swapin.v1 import verdict_pb2

_KIND = "RULE_KIND_"
_DEPTH = "DEPTH_"

DEPTHS: dict[int, Depth] = {
    value.number: (
        Depth.DECIDING
        if value.number == verdict_pb2.DEPTH_UNSPECIFIED
        else Depth[value.name.removeprefix(_DEPTH)]
    )
    for value in verdict_pb2.Depth.DESCRIPTOR.values
}
"""Depth by its number on the wire."""

_FIELDS: Any = verdict_pb2.Outcomes.DESCRIPTOR.fields
_OUTCOMES: dict[str, Any] = {
    field.name: getattr(verdict_pb2, field.enum_type.name) for field in _FIELDS
}
"""The enum of each outcome, in the order of the fields, which is the order of the model."""


def depth_to_proto(depth: Depth) -> Any:
    """The number of a depth on the wire.

    :raises FaultError: it is none.
    """
    if not isinstance(depth, Depth):
        raise no_depth(depth)
    return verdict_pb2.Depth.Value(f"{_DEPTH}{depth.name}")


def verdict_to_proto(verdict: Verdict) -> verdict_pb2.Verdict:
    """The message whose JSON form is ``verdict.to_json()``."""
    message = verdict_pb2.Verdict(
        outcomes=verdict_pb2.Outcomes(**verdict.outcomes),
        settled_by=verdict.settled_by,
        provenance=provenance_to_proto(verdict.provenance),
    )
    explanation = verdict.explanation
    if explanation.rules or explanation.prose:
        message.explanation.CopyFrom(_explanation_to_proto(explanation))
    elif explanation.outcomes:
        message.explanation.CopyFrom(_short_explanation_to_proto(explanation))
    return message


# The program makes one explanation for the many faults that the same rules decide, and few
# provenances; to hash one costs a tenth of what it costs to make its message. What is kept
# is copied, never changed. Explanations with every rule are large, and seldom alike.
@lru_cache(maxsize=512)
def _short_explanation_to_proto(explanation: Explanation) -> verdict_pb2.Explanation:
    return _explanation_to_proto(explanation)


def _explanation_to_proto(explanation: Explanation) -> verdict_pb2.Explanation:
    return verdict_pb2.Explanation(
        outcomes=[
            verdict_pb2.OutcomeExplanation(
                outcome=entry.outcome,
                answer=entry.answer,
                deciding=entry.deciding,
                because=entry.because,
                settled_by=entry.settled_by,
                flips=[verdict_pb2.Flip(changes=changes) for changes in entry.flips],
            )
            for entry in explanation.outcomes
        ],
        rules=[
            verdict_pb2.RuleTrace(
                id=trace.id,
                kind=f"{_KIND}{trace.kind}",
                outcome=trace.outcome,
                truth=trace.truth,
                when=trace.when,
                because=trace.because,
                source=trace.source,
                conditions=[
                    verdict_pb2.Condition(name=condition.name, truth=condition.truth)
                    for condition in trace.conditions
                ],
            )
            for trace in explanation.rules
        ],
        prose=explanation.prose,
    )


@lru_cache(maxsize=512)
def provenance_to_proto(provenance: Provenance) -> verdict_pb2.Provenance:
    """The message of a provenance."""
    return verdict_pb2.Provenance(
        catalog=provenance.catalog,
        rules_edition=provenance.rules_edition,
        kernel=provenance.kernel,
        evidence=provenance.evidence,
        overrides=[
            verdict_pb2.Override(fact=entry.fact, given=entry.given, preset=entry.preset)
            for entry in provenance.overrides
        ],
        degraded=provenance.degraded,
    )


def verdict_from_proto(message: verdict_pb2.Verdict) -> Verdict:
    """The verdict of a message; its ``to_json()`` has the bytes that the server's has.

    :raises ValueError: an enum has a number that this client does not know.
    """
    return Verdict(
        outcomes={
            name: enum.Name(getattr(message.outcomes, name)) for name, enum in _OUTCOMES.items()
        },
        settled_by=tuple(message.settled_by),
        provenance=provenance_from_proto(message.provenance),
        explanation=_explanation_from_proto(message.explanation),
    )


def _explanation_from_proto(message: verdict_pb2.Explanation) -> Explanation:
    return Explanation(
        outcomes=tuple(
            OutcomeExplanation(
                outcome=entry.outcome,
                answer=entry.answer,
                deciding=tuple(entry.deciding),
                because=tuple(entry.because),
                settled_by=tuple(entry.settled_by),
                flips=tuple(tuple(flip.changes) for flip in entry.flips),
            )
            for entry in message.outcomes
        ),
        rules=tuple(
            RuleTrace(
                id=trace.id,
                kind=verdict_pb2.RuleKind.Name(trace.kind).removeprefix(_KIND),
                outcome=trace.outcome,
                truth=verdict_pb2.Answer.Name(trace.truth),
                when=trace.when,
                because=trace.because,
                source=trace.source,
                conditions=tuple(
                    Condition(
                        name=condition.name,
                        truth=verdict_pb2.Answer.Name(condition.truth),
                    )
                    for condition in trace.conditions
                ),
            )
            for trace in message.rules
        ),
        prose=message.prose,
    )


def provenance_from_proto(message: verdict_pb2.Provenance) -> Provenance:
    """The provenance of a message."""
    return Provenance(
        catalog=message.catalog,
        rules_edition=message.rules_edition,
        kernel=message.kernel,
        evidence=verdict_pb2.Evidence.Name(message.evidence),
        overrides=tuple(
            Override(fact=entry.fact, given=entry.given, preset=entry.preset)
            for entry in message.overrides
        ),
        degraded=message.degraded,
    )
