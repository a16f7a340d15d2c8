"""A comparison as paragraphs for the reply to a mail."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from swapin.analysis.diff import Dead, Difference, DiffReport
from swapin.analysis.side import Side
from swapin.model import Group

_WIDTH = 72
_MOST_CUBES = 6

_OUTCOMES = {
    Group.EXCLUSIVE.field: "the marker decision",
    Group.MAPPED_EXCLUSIVE.field: "whether the rmap call says exclusive",
    Group.PTE_WRITABLE.field: "whether the PTE is installed writable",
    Group.WRITE.field: "what a write does",
    Group.PATH.field: "where the fault ends",
}


def letter(report: DiffReport) -> str:
    """The comparison in paragraphs, filled as mails are."""
    return "\n\n".join(
        textwrap.fill(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)
        for paragraph in _paragraphs(report)
    )


def _paragraphs(report: DiffReport) -> Iterator[str]:
    before, after = report.before, report.after
    if not report.differences:
        yield (
            f"I compared {before.name} with {after.name} over all {report.states:,} inputs that a "
            "fault can have in both: they decide every one alike."
        )
    else:
        affected = dict.fromkeys(_OUTCOMES[found.outcome] for found in report.differences)
        yield (
            f"Comparing {before.name} with {after.name} over all {report.states:,} inputs that a "
            f"fault can have in both, they differ in {_list(list(affected))}."
        )
    for found in report.differences:
        yield _difference(found, before, after)
    rules = [dead for dead in report.dead if not dead.condition]
    if rules:
        yield " ".join(_dead(dead, before, after) for dead in rules)
    conditions: dict[tuple[str, str], list[str]] = {}
    for dead in report.dead:
        if dead.condition:
            conditions.setdefault((dead.side, dead.rule), []).append(dead.condition)
    if conditions:
        yield " ".join(
            f"In {side}, {rule} does not depend on {_list(names)} any more."
            for (side, rule), names in conditions.items()
        )
    for one in report.one_sided:
        cubes = _cubes(one.cubes)
        yield f"Only {one.side} can have faults with {cubes}; they are not compared."


def _difference(found: Difference, before: Side, after: Side) -> str:
    proven = "" if found.minimal or len(found.cubes) == 1 else " (fewer cases may do)"
    unusual = f" but for {_list(found.witness)}" if found.witness else ""
    return (
        f"On {_OUTCOMES[found.outcome]}: {before.name} says {_value(found.before)} and "
        f"{after.name} {_value(found.after)} exactly when {_cubes(found.cubes)}{proven}. Take an "
        f"ordinary fault{unusual}: {_why(before, found.rules[0])}; {_why(after, found.rules[1])}."
    )


def _why(side: Side, ids: Sequence[str]) -> str:
    rules = {rule.id: rule for rule in side.rules}
    told = [f"{rules[name].because} ({name}, {rules[name].source})" for name in ids]
    return f"in {side.name} {_list(told)}" if told else f"in {side.name} no rule holds"


def _dead(dead: Dead, before: Side, after: Side) -> str:
    other = before if dead.side == after.name else after
    rule = next(rule for rule in other.rules if rule.id == dead.rule)
    said = {
        "gone": f"is gone in {dead.side}",
        "gone, dead before": f"is gone in {dead.side}, and decided nothing in {other.name} either",
        "never fires": f"can never fire in {dead.side}",
        "dead": f"is still there in {dead.side} but dead: it can fire, and decides nothing",
    }[dead.how]
    return f"The rule {dead.rule} ({rule.because}; {rule.source}) {said}."


def _cubes(cubes: Sequence[Sequence[str]]) -> str:
    told = [_list(cube) if cube else "always" for cube in cubes[:_MOST_CUBES]]
    left = len(cubes) - _MOST_CUBES
    if left > 0:
        told.append(f"in {left} more cases")
    return "; or ".join(told)


def _value(value: str) -> str:
    if value == "NOT_MODELLED":
        return "what is not modelled"
    return value.partition("_")[2].replace("_", " ").lower()


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
