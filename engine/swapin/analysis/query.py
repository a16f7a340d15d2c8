"""What a person asks about, as text: a rule, an outcome with a value, or an expression.

``writeback.stable-writes``, ``write=COPIED``, or facts and outcomes with ``~``, ``&``, ``|`` and
parentheses: ``folio.writeback & ~folio.fresh & path=MAPPED``.
"""

from __future__ import annotations

from dataclasses import dataclass

from swapin.catalog import Catalog
from swapin.model import (
    OUTCOMES,
    Atom,
    Expression,
    FaultError,
    Group,
    Problem,
    Reason,
    Rule,
)
from swapin.model.errors import clipped, near_match
from swapin.model.sentences import Sentences

_NAMES = r"[A-Za-z_][A-Za-z0-9_.\-]*"
_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}
_PATH = tuple(f"outcome.{member.value}" for member in Group.PATH.members)


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked about."""

    text: str
    condition: Expression
    rule: Rule | None = None
    """The rule, if one is asked about."""

    @property
    def of_mapped(self) -> bool:
        """Whether it speaks of faults that map a page: it reads an outcome beside the path."""
        if self.rule is not None:
            return self.rule.outcome not in Group.PATH.members
        names = [name for name in self.condition.names() if name.startswith("outcome.")]
        return any(name not in _PATH for name in names)


def read_query(text: str, catalog: Catalog) -> Query:
    """Read a rule's id, or an expression.

    :raises FaultError: it is neither; names the place and what may stand there.
    """
    rule = catalog.rules.get(text.strip())
    if rule is not None:
        return Query(rule.id, rule.when, rule)
    return Query(text.strip(), parse_expression(text, catalog))


def parse_expression(text: str, catalog: Catalog) -> Expression:
    """Read an expression over facts and outcomes.

    :raises FaultError: it is none, or has an unknown name; names the place.
    """
    return Sentences(_NAMES, _Names(catalog).meaning, "a fact or an outcome", _refused).read(text)


def _refused(message: str) -> FaultError:
    return FaultError([Problem("expression", Reason.MALFORMED, message)])


class _Names:
    """What names of the catalog mean."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def meaning(self, name: str, value: str | None) -> Expression:
        fact = self._catalog.facts.get(name)
        if fact is None:
            return self._outcome(name, value)
        if fact.values:
            if value not in fact.values:
                raise _refused(f"`{name}` is given as `{name}=VALUE`, {fact.domain}")
            return fact.one_of(value)
        if fact.equals is not None:
            if value is None or not value.isdigit():
                raise _refused(f"`{name}` is given as `{name}=NUMBER`, {fact.domain}")
            return Atom(name) if int(value) == fact.equals else ~Atom(name)
        return self._truth(Atom(name), name, value)

    def _truth(self, atom: Expression, name: str, value: str | None) -> Expression:
        if value is None:
            return atom
        truth = _TRUTHS.get(value.removeprefix("ANSWER_").lower())
        if truth is None:
            raise _refused(f"`{clipped(value)}` is no value of `{name}`, which is yes or no")
        return atom if truth else ~atom

    def _outcome(self, name: str, value: str | None) -> Expression:
        group = OUTCOMES.get(name)
        if group is None:
            known = [*self._catalog.facts, *OUTCOMES, *self._catalog.rules]
            raise _refused(f"no fact, outcome or rule `{clipped(name)}`{near_match(name, known)}")
        if not group.is_choice:
            return self._truth(group.members[0].yes, name, value)
        values = {group.value_of(member): member for member in group.members}
        prefix = f"{group.field.upper()}_"
        written = (value or "").upper()
        member = values.get(written) or values.get(prefix + written)
        if member is None:
            told = ", ".join(each.removeprefix(prefix) for each in values)
            raise _refused(f"`{name}` is given as `{name}=VALUE`, one of {told}")
        return member.yes
