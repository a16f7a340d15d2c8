"""Rules, constraints and invariants, with the source of each."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from swapin.model.expressions import Expression
from swapin.model.outcomes import Outcome
from swapin.model.records import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Where in the kernel a statement can be checked."""

    file: str
    """Path in the kernel tree, such as ``mm/memory.c``."""
    function: str = ""
    """Function, macro or structure in that file."""
    since: str = ""
    """First release of which the statement is true; empty: the oldest that is modelled."""
    until: str = ""
    """Last release of which it is true; empty: the newest that is modelled."""
    commit: str = ""
    """Abbreviated mainline commit, where one is known to have made it true."""
    title: str = ""
    """Subject of that commit or mail."""

    def __str__(self) -> str:
        where = f"{self.file}, {self.function}" if self.function else self.file
        when = ""
        if self.since and self.until:
            when = f", v{self.since} to v{self.until}"
        elif self.since or self.until:
            when = f", since v{self.since}" if self.since else f", up to v{self.until}"
        commit = f", commit {self.commit}" if self.commit else ""
        title = f' ("{self.title}")' if self.title else ""
        return f"{where}{when}{commit}{title}"


class Kind(StrEnum):
    """What a rule does to its outcome."""

    CLAIM = "CLAIM"
    """The outcome is yes if no rule vetoes it."""
    VETO = "VETO"
    """The outcome is no, whatever claims it."""
    LIMIT = "LIMIT"
    """The model does not cover the outcome: it is undetermined, whatever else holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Claims or vetoes one outcome where an expression holds, or says that it is not modelled.

    A veto beats every claim and a limit both, so no order of rules, files or installed
    packages can change a verdict. Build one with :func:`claim`, :func:`veto` or :func:`limit`.
    """

    kind: Kind
    outcome: Outcome
    id: str
    """``subject.detail``, lower case with hyphens; unique in a catalog."""
    when: Expression
    because: str
    """Completes "exclusive, because …"; lower case, no final period."""
    source: Source


def claim(outcome: Outcome, *, id: str, when: Expression, because: str, source: Source) -> Rule:
    """A rule that says yes: the outcome holds where *when* does, unless a rule vetoes it."""
    return Rule(kind=Kind.CLAIM, outcome=outcome, id=id, when=when, because=because, source=source)


def veto(outcome: Outcome, *, id: str, when: Expression, because: str, source: Source) -> Rule:
    """A rule that says no: the outcome does not hold where *when* does, whatever claims it."""
    return Rule(kind=Kind.VETO, outcome=outcome, id=id, when=when, because=because, source=source)


def limit(outcome: Outcome, *, id: str, when: Expression, because: str, source: Source) -> Rule:
    """A rule that says nobody knows: where *when* holds the outcome is undetermined.

    A limit on one member of a choice makes the whole choice undetermined. Other rules read
    the outcome as if there were no limit, so each outcome that it touches needs its own.

    :param because: what the model does not cover; completes "not modelled: …".
    """
    return Rule(kind=Kind.LIMIT, outcome=outcome, id=id, when=when, because=because, source=source)


def outcome_order(rules: Sequence[Rule]) -> list[Outcome]:
    """Outcomes, each after those that its rules read. Rules without a circle are expected."""
    read = {
        outcome: {name for rule in rules if rule.outcome is outcome for name in rule.when.names()}
        for outcome in Outcome
    }
    waiting, ordered = list(Outcome), []
    while waiting:
        following = next(
            outcome
            for outcome in waiting
            if not any(o.yes.name in read[outcome] for o in waiting if o is not outcome)
        )
        waiting.remove(following)
        ordered.append(following)
    return ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """What every kernel and device keeps to; a description against it is refused."""

    id: str
    holds: Expression
    """True in every admissible state. Reads facts only, never outcomes."""
    because: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """What must be true of the outcomes in every admissible state of a sound kernel."""

    id: str
    holds: Expression
    """Reads facts and outcomes."""
    meaning: str
    source: Source
