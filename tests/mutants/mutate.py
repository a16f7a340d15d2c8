"""Every single-point change of a rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from swapin.model import FALSE, TRUE, And, Expression, Kind, Not, Or, Rule


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule with one thing changed."""

    rule: Rule
    """As it is after the change."""
    change: str
    """What was changed, in words."""

    def __str__(self) -> str:
        return f"{self.rule.id}: {self.change}"


def mutants_of(rule: Rule) -> Iterator[Mutant]:
    """Every mutant of a rule, without two of the same kind and condition."""
    seen = {(rule.kind, rule.when)}
    for mutant in _all(rule):
        key = (mutant.rule.kind, mutant.rule.when)
        if key not in seen:
            seen.add(key)
            yield mutant


def _all(rule: Rule) -> Iterator[Mutant]:
    yield Mutant(replace(rule, when=FALSE), "rule dropped")
    if rule.kind is not Kind.LIMIT:
        other = Kind.VETO if rule.kind is Kind.CLAIM else Kind.CLAIM
        yield Mutant(replace(rule, kind=other), f"{other.value.lower()} for a {rule.kind.lower()}")
    if not isinstance(rule.when, And | Or) and rule.when != TRUE:
        yield Mutant(replace(rule, when=TRUE), f"`{rule.when}` dropped")
    for when, change in _changed(rule.when):
        yield Mutant(replace(rule, when=when), change)


def _changed(expression: Expression) -> Iterator[tuple[Expression, str]]:
    """The expression with one part negated or dropped, at any depth."""
    yield ~expression, f"`{expression}` negated"
    if isinstance(expression, Not):
        for part, change in _changed(expression.part):
            # That the part is negated is the negation of the whole.
            if part != ~expression.part:
                yield ~part, change
    elif isinstance(expression, And | Or):
        join = type(expression)
        for index, one in enumerate(expression.parts):
            before, after = expression.parts[:index], expression.parts[index + 1 :]
            rest = (*before, *after)
            yield rest[0] if len(rest) == 1 else join(rest), f"`{one}` dropped"
            for part, change in _changed(one):
                yield join((*before, part, *after)), change
