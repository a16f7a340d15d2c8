"""Boolean expressions over facts and earlier outcomes.

An expression is data. The engine runs it, explains it, compiles it and compares it;
nothing in it is ever called. Build one with ``~``, ``&`` and ``|`` from atoms::

    ~folio.fresh & folio.writeback & swap_device.stable_writes
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from swapin.model.records import dataclass


class Expression:
    """A boolean expression. Immutable and hashable."""

    __slots__ = ()

    def __and__(self, other: Expression) -> Expression:
        return all_of((self, other))

    def __or__(self, other: Expression) -> Expression:
        return any_of((self, other))

    def __invert__(self) -> Expression:
        return _negation(self)

    def __bool__(self) -> bool:
        # `a and b` would silently drop `a`; `a & b` is what was meant.
        raise TypeError("an expression has no truth value; combine with &, | and ~")

    def names(self) -> Iterator[str]:
        """Every atom's name, with repetitions, from left to right."""
        raise NotImplementedError

    def holds(self, state: Mapping[str, bool]) -> bool:
        """The value in a state that gives every atom.

        :raises KeyError: an atom that the state leaves out.
        """
        raise NotImplementedError

    def given(self, known: Mapping[str, bool]) -> Expression:
        """What is left of the expression when the known atoms have these values."""
        raise NotImplementedError

    def substitute(self, meanings: Mapping[str, Expression]) -> Expression:
        """The expression with the named atoms replaced."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Const(Expression):
    """Always, or never."""

    value: bool

    def names(self) -> Iterator[str]:
        return iter(())

    def holds(self, state: Mapping[str, bool]) -> bool:
        return self.value

    def given(self, known: Mapping[str, bool]) -> Expression:
        return self

    def substitute(self, meanings: Mapping[str, Expression]) -> Expression:
        return self

    def __str__(self) -> str:
        return "always" if self.value else "never"


TRUE = Const(True)
FALSE = Const(False)


@dataclass(frozen=True, slots=True)
class Atom(Expression):
    """One fact, or one outcome (``outcome.exclusive``), by name."""

    name: str

    def names(self) -> Iterator[str]:
        yield self.name

    def holds(self, state: Mapping[str, bool]) -> bool:
        return state[self.name]

    def given(self, known: Mapping[str, bool]) -> Expression:
        value = known.get(self.name)
        return self if value is None else (TRUE if value else FALSE)

    def substitute(self, meanings: Mapping[str, Expression]) -> Expression:
        return meanings.get(self.name, self)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Not(Expression):
    """The negation of a part."""

    part: Expression

    def names(self) -> Iterator[str]:
        return self.part.names()

    def holds(self, state: Mapping[str, bool]) -> bool:
        return not self.part.holds(state)

    def given(self, known: Mapping[str, bool]) -> Expression:
        return _negation(self.part.given(known))

    def substitute(self, meanings: Mapping[str, Expression]) -> Expression:
        return _negation(self.part.substitute(meanings))

    def __str__(self) -> str:
        return f"~{_in_parentheses(self.part)}"


@dataclass(frozen=True, slots=True)
class And(Expression):
    """All parts hold."""

    parts: tuple[Expression, ...]

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.names()

    def holds(self, state: Mapping[str, bool]) -> bool:
        return all(part.holds(state) for part in self.parts)

    def given(self, known: Mapping[str, bool]) -> Expression:
        return all_of(part.given(known) for part in self.parts)

    def substitute(self, meanings: Mapping[str, Expression]) -> Expression:
        return all_of(part.substitute(meanings) for part in self.parts)

    def __str__(self) -> str:
        return " & ".join(_in_parentheses(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or(Expression):
    """Some part holds."""

    parts: tuple[Expression, ...]

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.names()

    def holds(self, state: Mapping[str, bool]) -> bool:
        return any(part.holds(state) for part in self.parts)

    def given(self, known: Mapping[str, bool]) -> Expression:
        return any_of(part.given(known) for part in self.parts)

    def substitute(self, meanings: Mapping[str, Expression]) -> Expression:
        return any_of(part.substitute(meanings) for part in self.parts)

    def __str__(self) -> str:
        return " | ".join(_in_parentheses(part) for part in self.parts)


def _in_parentheses(part: Expression) -> str:
    return f"({part})" if isinstance(part, And | Or) else str(part)


def _negation(part: Expression) -> Expression:
    if isinstance(part, Const):
        return FALSE if part.value else TRUE
    return part.part if isinstance(part, Not) else Not(part)


def all_of(parts: Iterable[Expression]) -> Expression:
    """The conjunction, flattened; :data:`TRUE` for no parts."""
    kept: list[Expression] = []
    for part in parts:
        if isinstance(part, Const):
            if not part.value:
                return FALSE
        elif isinstance(part, And):
            kept.extend(part.parts)
        else:
            kept.append(part)
    return kept[0] if len(kept) == 1 else And(tuple(kept)) if kept else TRUE


def any_of(parts: Iterable[Expression]) -> Expression:
    """The disjunction, flattened; :data:`FALSE` for no parts."""
    kept: list[Expression] = []
    for part in parts:
        if isinstance(part, Const):
            if part.value:
                return TRUE
        elif isinstance(part, Or):
            kept.extend(part.parts)
        else:
            kept.append(part)
    return kept[0] if len(kept) == 1 else Or(tuple(kept)) if kept else FALSE


def fact(name: str) -> Atom:
    """The atom of a fact by its full name, such as ``swap_count``."""
    return Atom(name)


class Namespace:
    """Atoms of one object: ``Namespace("folio").ksm`` is the atom ``folio.ksm``."""

    __slots__ = ("_prefix",)

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def __getattr__(self, name: str) -> Atom:
        if name.startswith("_"):
            raise AttributeError(name)
        return Atom(f"{self._prefix}.{name}")
