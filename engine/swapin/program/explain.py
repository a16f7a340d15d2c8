"""Explanations: four depths of one structure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import combinations, product

from swapin.catalog import Catalog
from swapin.model import (
    Answer,
    Condition,
    Depth,
    Explanation,
    Group,
    OutcomeExplanation,
    Rule,
    RuleTrace,
)
from swapin.model.records import replace
from swapin.program.compiled import Compiled, Finding, Table
from swapin.program.resolve import Resolved
from swapin.program.settle import smallest_settling

_MOST_FLIPPED = 3
"""Flips of more facts than this are no explanation any more."""


def explain(compiled: Compiled, resolved: Resolved, finding: Finding, depth: Depth) -> Explanation:
    """The explanation of a finding, as deep as asked."""
    if depth is Depth.NONE:
        return _NOTHING
    outcomes = tuple(_outcome(compiled, resolved, finding, depth, group) for group in Group)
    rules: tuple[RuleTrace, ...] = ()
    if depth.rank >= Depth.RULES.rank:
        rules = _traces(compiled, resolved.known, finding)
    prose = ""
    if depth is Depth.PROSE:
        from swapin.program.prose import paragraph

        prose = paragraph(compiled, resolved, finding, outcomes)
    return Explanation(outcomes, rules, prose)


def _deciding(finding: Finding, group: Group) -> OutcomeExplanation:
    deciding = finding.deciding[group.field]
    return OutcomeExplanation(
        outcome=group.field,
        answer=finding.outcomes[group.field],
        deciding=tuple(rule.id for rule in deciding),
        because=tuple(rule.because for rule in deciding),
    )


def _outcome(
    compiled: Compiled, resolved: Resolved, finding: Finding, depth: Depth, group: Group
) -> OutcomeExplanation:
    told = _deciding(finding, group)
    if group in finding.undetermined:
        return replace(told, settled_by=settling(compiled, resolved.known, (group,)))
    if depth.rank >= Depth.FLIP.rank:
        return replace(told, flips=flips(compiled, resolved, group, finding))
    return told


_NOTHING = Explanation()


def settling(
    compiled: Compiled, known: Mapping[str, bool], groups: tuple[Group, ...]
) -> tuple[str, ...]:
    """A smallest set of facts that would settle these outcomes together.

    What the model does not cover counts as settled: no fact would help.
    """
    return smallest_settling(
        compiled.diagrams,
        [
            (table.root, partial(_values, table, mine))
            for table in (compiled.paths, compiled.mapped)
            if (mine := [group for group in groups if group in table.groups])
        ],
        known,
        lambda atom: compiled.catalog.atoms[atom].name,
        {atom for atom in compiled.facts if compiled.catalog.atoms[atom].hindsight},
    )


def _values(table: Table, groups: list[Group], held: frozenset[int]) -> tuple[str, ...]:
    return tuple(table.judged(group, held)[0] for group in groups)


def flips(
    compiled: Compiled, resolved: Resolved, group: Group, finding: Finding
) -> tuple[tuple[str, ...], ...]:
    """The smallest sets of given facts whose change gives the outcome another value.

    Given are the facts of the description and what the backend binds: another kernel or
    architecture is another question, which ``diff`` answers.
    """
    answer = finding.outcomes[group.field]
    if answer == group.undetermined:
        return ()
    given = sorted(
        {
            compiled.catalog.atoms[atom].name
            for atom in compiled.facts
            if atom in resolved.known and not resolved.bound_by(atom).startswith("architecture")
        }
    )
    # Many changes are tried, so what stays as it is is looked at once.
    mine = {atom for name in given for atom in compiled.catalog.facts[name].atoms}
    stays = {atom: held for atom, held in resolved.known.items() if atom not in mine}
    changing = {atom: held for atom, held in resolved.known.items() if atom in mine}
    left = compiled.left(stays, mine)
    for size in range(1, _MOST_FLIPPED + 1):
        found = list(_flips_of(compiled, changing, left, group, answer, given, size))
        if found:
            return tuple(tuple(compiled.catalog.said(changes)) for changes in found)
    return ()


def _flips_of(
    compiled: Compiled,
    known: Mapping[str, bool],
    left: tuple[int, int],
    group: Group,
    answer: str,
    given: list[str],
    size: int,
) -> Iterator[dict[str, bool]]:
    for names in combinations(given, size):
        for changes in product(*(_changes(compiled.catalog, known, name) for name in names)):
            changed = {atom: held for change in changes for atom, held in change.items()}
            found = compiled.finding({**known, **changed}, left)
            if found is not None and found.outcomes[group.field] not in (
                answer,
                group.undetermined,
            ):
                yield changed


def _changes(catalog: Catalog, known: Mapping[str, bool], name: str) -> list[dict[str, bool]]:
    """Every other value of a fact, as what it makes of the fact's atoms."""
    fact = catalog.facts[name]
    if not fact.values:
        return [{name: not known[name]}]
    return [
        {atom: atom == chosen for atom in fact.atoms}
        for chosen in fact.atoms
        if not known.get(chosen, False)
    ]


def _traces(
    compiled: Compiled, known: Mapping[str, bool], finding: Finding
) -> tuple[RuleTrace, ...]:
    """Every rule, and what was found of each fact and outcome that it reads."""
    left = compiled.diagrams.restrict(compiled.condition_of_admissible, known)
    found = {
        name: Condition(name, _truth(compiled, known, left, name).value)
        for name in dict.fromkeys(name for rule in compiled.rules for name in rule.when.names())
    }
    return tuple(_trace(finding, rule, found) for rule in compiled.rules)


def _trace(finding: Finding, rule: Rule, found: Mapping[str, Condition]) -> RuleTrace:
    return RuleTrace(
        id=rule.id,
        kind=rule.kind.value,
        outcome=rule.outcome.value,
        truth=finding.truths[rule.id].value,
        when=str(rule.when),
        because=rule.because,
        source=str(rule.source),
        conditions=tuple(found[name] for name in dict.fromkeys(rule.when.names())),
    )


def _truth(compiled: Compiled, known: Mapping[str, bool], left: int, name: str) -> Answer:
    """What was found of a fact or an earlier outcome.

    :param left: the admissible states that are left.
    """
    if name in compiled.capabilities:
        return Answer.YES if compiled.capabilities[name] else Answer.NO
    diagrams = compiled.diagrams
    if name in compiled.condition_of_outcome:
        node = compiled.condition_of_outcome[name]
    elif name in known or name not in diagrams.order:
        value = known.get(name)
        return Answer.UNDETERMINED if value is None else Answer.YES if value else Answer.NO
    else:
        node = diagrams.fact(name)
    with_it = diagrams.all([left, diagrams.restrict(node, known)])
    if with_it == diagrams.false:
        return Answer.NO
    return Answer.YES if with_it == left else Answer.UNDETERMINED
