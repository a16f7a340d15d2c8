"""Answers of the tools as JSON objects: short, and each rule with its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from swapin.analysis import DiffReport, ReachReport, Side
from swapin.catalog import Catalog
from swapin.model import Rule, Verdict

MOST_CUBES = 3
"""Cases of one difference that are told; the rest are counted."""

MOST_DIFFERENCES = 12
"""Differences that are told; the rest are counted by outcome."""

Answer = dict[str, Any]


def verdict_answer(verdict: Verdict, catalog: Catalog) -> Answer:
    """A verdict: each outcome with the rules that decided it, or with the facts to say."""
    of = verdict.provenance
    rules = {rule.id: rule for rule in catalog.rules_of(catalog.kernels[of.kernel])}
    outcomes: Answer = {}
    for entry in verdict.explanation.outcomes:
        told: Answer = {"answer": entry.answer}
        if entry.deciding:
            told["because"] = [cited(rules[name]) for name in entry.deciding]
        elif entry.answer == "ANSWER_NO":
            told["because"] = "no rule claims it"
        if entry.settled_by:
            told["say"] = list(entry.settled_by)
        if entry.flips:
            told["would_differ_with"] = [list(changes) for changes in entry.flips]
        outcomes[entry.outcome] = told
    answer: Answer = {"outcomes": outcomes}
    if verdict.settled_by:
        answer["say"] = list(verdict.settled_by)
    if verdict.explanation.prose:
        answer["prose"] = verdict.explanation.prose
    answer["kernel"], answer["evidence"] = of.kernel, of.evidence
    if of.overrides:
        answer["overrides"] = [
            f"{change.fact}={str(change.given).lower()} overrides {change.preset}"
            for change in of.overrides
        ]
    return answer


def diff_answer(report: DiffReport) -> Answer:
    """A comparison: where each outcome differs, by which rules of which side."""
    before, after = report.before, report.after
    answer: Answer = {
        "before": before.name,
        "after": after.name,
        "inputs_compared": report.states,
        "same": not report.found,
    }
    shown = report.differences[:MOST_DIFFERENCES]
    if shown:
        answer["differences"] = [
            {
                "outcome": found.outcome,
                "before": found.before,
                "after": found.after,
                "inputs": found.states,
                **_when(found.cubes),
                "nearest_to_ordinary": list(found.witness) or ["an ordinary fault"],
                "rules_before": list(found.rules[0]),
                "rules_after": list(found.rules[1]),
            }
            for found in shown
        ]
        answer["rules"] = {
            side.name: _rules(side, [found.rules[i] for found in shown])
            for i, side in enumerate((before, after))
        }
    left_out = Counter(found.outcome for found in report.differences[MOST_DIFFERENCES:])
    if left_out:
        answer["differences_left_out"] = dict(left_out)
    if report.transitions:
        answer["between_faults"] = [
            {
                "event": found.event,
                "before": found.before,
                "after": found.after,
                **_when(found.cubes),
                "because": found.because,
                "source": found.source,
            }
            for found in report.transitions
        ]
    dead = [found for found in report.dead if not found.condition]
    if dead:
        answer["dead_rules"] = [f"{found.rule}: {found.how} in {found.side}" for found in dead]
    if report.one_sided:
        answer["inputs_of_one_side"] = {found.side: found.states for found in report.one_sided}
    return answer


def reach_answer(report: ReachReport, catalog: Catalog) -> Answer:
    """Whether it can be reached, where, and what blocks it; each reason with its source."""
    answers = []
    for found in report.answers:
        told = {name: value for name, value in found.to_dict().items() if value != []}
        if found.blocked:
            told["blocked"] = [_reason(line, catalog) for line in found.blocked]
        answers.append(told)
    answer: Answer = {
        "query": report.query.text,
        "reachable": report.reachable,
        "answers": answers,
    }
    if report.query.rule is not None:
        answer["rule"] = rule_cited(
            report.query.rule, catalog, [name for found in report.answers for name in found.kernels]
        )
    return answer


def rule_cited(rule: Rule, catalog: Catalog, kernels: Iterable[str]) -> list[Answer]:
    """A rule as these kernels have it; variants may have their own."""
    found: dict[Rule, str] = {}
    for name in kernels:
        for other in catalog.rules_of(catalog.kernels[name]):
            if other.id == rule.id:
                found.setdefault(other, name)
    if len(found) < 2:
        return [cited(one) for one in found]
    return [{"kernel": name, **cited(one)} for one, name in found.items()]


def _reason(line: str, catalog: Catalog) -> Answer:
    """A reason of a report, with the source of the constraint or binding that it names."""
    reason: Answer = {"because": line}
    sources = [c.source for c in catalog.constraints.values() if line.endswith(f"[{c.id}]")]
    backend = catalog.backends.get(line.rpartition("(backend ")[2].removesuffix(")"))
    if backend is not None:
        sources += [one.source for one in backend.bindings if f": {one.because} (" in line]
    if sources:
        reason["source"] = str(sources[0])
    return reason


def cited(rule: Rule) -> Answer:
    """A rule's reason, and where in the kernel it can be checked."""
    return {"rule": rule.id, "because": rule.because, "source": str(rule.source)}


def _rules(side: Side, named: Iterable[Sequence[str]]) -> Mapping[str, Answer]:
    wanted = {name for names in named for name in names}
    return {
        rule.id: {"because": rule.because, "source": str(rule.source)}
        for rule in side.rules
        if rule.id in wanted
    }


def _when(cubes: Sequence[Sequence[str]]) -> Answer:
    told: Answer = {
        "exactly_when_one_of": [" and ".join(cube) or "always" for cube in cubes[:MOST_CUBES]]
    }
    if len(cubes) > MOST_CUBES:
        told["cases_left_out"] = len(cubes) - MOST_CUBES
    return told
