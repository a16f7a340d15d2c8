"""What a person asks about, as text: a rule, an outcome with a value, or an expression.

``writeback.stable-writes``, ``write=COPIED``, or facts and outcomes with ``~``, ``&``, ``|`` and
parentheses: ``folio.writeback & ~folio.fresh & path=MAPPED``. Text is read by a small parser over
the names of the catalog; nothing in it is ever evaluated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from swapin.catalog import Catalog
from swapin.model import (
    Atom,
    Expression,
    FaultError,
    Group,
    Problem,
    Reason,
    Rule,
    all_of,
    any_of,
)
from swapin.model.errors import clipped, near_match

_TOKEN = re.compile(r"\s*(?:([A-Za-z_][A-Za-z0-9_.\-]*)(?:\s*=\s*([A-Za-z0-9_]+))?|([~&|()]))")
_LONGEST = 4000
_DEEPEST = 60
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
    if len(text) > _LONGEST:
        raise _refused(f"more than {_LONGEST} characters")
    return _Parser(text, catalog).parse()


def _refused(message: str) -> FaultError:
    return FaultError([Problem("expression", Reason.MALFORMED, message)])


class _Parser:
    def __init__(self, text: str, catalog: Catalog) -> None:
        self._text = text
        self._catalog = catalog
        self._at = 0
        self._depth = 0
        self._token: re.Match[str] | None = None
        self._advance()

    def parse(self) -> Expression:
        found = self._either()
        if self._token is not None:
            raise self._unexpected("`&`, `|` or the end")
        return found

    def _advance(self) -> None:
        if not self._text[self._at :].strip():
            self._at = len(self._text)
            self._token = None
            return
        self._token = _TOKEN.match(self._text, self._at)
        if self._token is None:
            raise self._unexpected("a fact, an outcome, `~`, `&`, `|` or a parenthesis")
        self._at = self._token.end()

    def _unexpected(self, wanted: str) -> FaultError:
        at = self._token.start(self._token.lastindex or 0) if self._token else self._at
        while self._text[at : at + 1].isspace():
            at += 1
        left = self._text[at:].strip()
        found = f"`{clipped(left)}`" if left else "the end"
        return _refused(f"at character {at + 1}: {found} where {wanted} is expected")

    def _sign(self, sign: str) -> bool:
        if self._token is None or self._token[3] != sign:
            return False
        self._advance()
        return True

    def _either(self) -> Expression:
        parts = [self._both()]
        while self._sign("|"):
            parts.append(self._both())
        return any_of(parts)

    def _both(self) -> Expression:
        parts = [self._one()]
        while self._sign("&"):
            parts.append(self._one())
        return all_of(parts)

    def _one(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _refused(f"more than {_DEEPEST} levels deep")
        try:
            if self._sign("~"):
                return ~self._one()
            if self._sign("("):
                inner = self._either()
                if not self._sign(")"):
                    raise self._unexpected("`)`")
                return inner
            if self._token is None or self._token[1] is None:
                raise self._unexpected("a fact or an outcome")
            found = self._named(self._token[1], self._token[2])
            self._advance()
            return found
        finally:
            self._depth -= 1

    def _named(self, name: str, value: str | None) -> Expression:
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
        groups = {group.field: group for group in Group}
        group = groups.get(name)
        if group is None:
            known = [*self._catalog.facts, *groups, *self._catalog.rules]
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
