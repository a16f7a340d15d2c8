"""Verdicts and errors for eyes. The JSON forms are the contract; this is not."""

from __future__ import annotations

from swapin.model import Depth, FaultError, OutcomeExplanation, RuleTrace, Verdict
from swapin.model.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WORDS = {
    "ANSWER_YES": "yes",
    "ANSWER_NO": "no",
    "ANSWER_UNDETERMINED": "undetermined",
}


def word(value: str) -> str:
    """An enum value as a word: ``ANSWER_NO`` is ``no``, ``WRITE_IN_PLACE`` is ``in place``."""
    return _WORDS.get(value) or (value.partition("_")[2] or value).replace("_", " ").lower()


def error_object(line: int, error: FaultError) -> dict[str, Any]:
    """The error object of a bad line."""
    return {"error": {"line": line, "problems": [p.to_dict() for p in error.problems]}}


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of one result."""

    line: int
    """Of the input; 0 if it was given by flags."""
    bad: bool
    """Whether it is an error."""
    text: str


def shown(line: int, verdict: Verdict | FaultError, as_json: bool, depth: Depth) -> Shown:
    """A verdict, or why there is none, as ``swapin eval`` shows it."""
    if not isinstance(verdict, FaultError):
        told = verdict.to_json() if as_json else verdict_text(verdict, depth)
        return Shown(line, False, told)
    if as_json:
        import json

        return Shown(line, True, json.dumps(error_object(line, verdict), ensure_ascii=False))
    where = f"line {line}: " if line else ""
    return Shown(line, True, "\n".join(f"swapin: {where}{p}" for p in verdict.problems))


def verdict_text(verdict: Verdict, depth: Depth) -> str:
    """A verdict: the answer first, then the argument."""
    if depth is Depth.PROSE:
        return verdict.explanation.prose
    lines = [_headline(verdict)]
    explained = {entry.outcome: entry for entry in verdict.explanation.outcomes}
    width = max(map(len, verdict.outcomes))
    for name, value in verdict.outcomes.items():
        lines.append(f"  {name:{width}}  {word(value)}{_why(explained.get(name))}")
    if depth is Depth.RULES:
        lines += _rules(verdict.explanation.rules)
    if depth is Depth.FLIP:
        lines += _flips(verdict.explanation.outcomes)
    if verdict.settled_by:
        lines.append(f"would be settled by: {', '.join(verdict.settled_by)}")
    return "\n".join(lines)


def _headline(verdict: Verdict) -> str:
    answer = verdict.outcomes["mapped_exclusive"]
    said = {
        "ANSWER_YES": "mapped exclusive",
        "ANSWER_NO": "not mapped exclusive",
    }.get(answer, "undetermined")
    of = verdict.provenance
    told = [f"kernel {of.kernel}", word(of.evidence), f"rules {of.rules_edition}"]
    told += [
        f"{change.fact}={str(change.given).lower()} overrides {change.preset}"
        for change in of.overrides
    ]
    if of.degraded:
        told.append("DEGRADED: a plugin failed to load")
    return f"{said} ({', '.join(told)})"


def _why(entry: OutcomeExplanation | None) -> str:
    if entry is None:
        return ""
    if entry.settled_by:
        return f": not without {', '.join(entry.settled_by)}"
    reasons = [f"{why} [{id}]" for id, why in zip(entry.deciding, entry.because, strict=True)]
    if reasons and entry.answer.endswith("_UNDETERMINED"):
        return f": not modelled: {'; '.join(reasons)}"
    if not reasons:
        return ": no rule claims it" if entry.answer == "ANSWER_NO" else ""
    return f": {'; '.join(reasons)}"


def _rules(traces: tuple[RuleTrace, ...]) -> list[str]:
    lines = ["rules asked:"]
    width = max((len(trace.id) for trace in traces), default=0)
    marks = {"ANSWER_YES": "holds", "ANSWER_NO": "silent", "ANSWER_UNDETERMINED": "open"}
    for trace in traces:
        head = f"  {marks[trace.truth]:6}  {trace.kind.lower():5}  {trace.id:{width}}"
        lines.append(f"{head}  {trace.outcome}, {trace.because}")
        lines.append(f"          when {trace.when}")
        conditions = ", ".join(f"{c.name} {word(c.truth)}" for c in trace.conditions)
        lines.append(f"          found {conditions}")
        lines.append(f"          source {trace.source}")
    return lines


def _flips(entries: tuple[OutcomeExplanation, ...]) -> list[str]:
    lines = []
    for entry in entries:
        if entry.flips:
            ways = ", or ".join(" and ".join(changes) for changes in entry.flips)
            lines.append(f"{entry.outcome} would differ with: {ways}")
    return lines
