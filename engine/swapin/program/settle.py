"""A smallest set of facts that would settle what is undetermined.

A set settles if, whatever its facts turn out to be, one answer is left. Two states with
different answers must therefore differ in some fact of the set: each such pair gives a set of
facts of which one has to be in it. Pairs are collected until a smallest set that hits them
all settles; no smaller one can.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping

from swapin.program.diagram import Diagrams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def smallest_settling(
    diagrams: Diagrams,
    questions: Iterable[tuple[int, Callable[[frozenset[Any]], Hashable]]],
    known: Mapping[str, bool],
    fact_of: Callable[[str], str],
    unasked: Collection[str] = (),
) -> tuple[str, ...]:
    """The facts to ask for, by name; empty if all answers are settled.

    :param questions: each a table of the diagrams, and what is asked of it: a function of the
        values of one state.
    :param known: atoms that are known already.
    :param fact_of: the fact that an atom belongs to. A fact is asked for whole.
    :param unasked: atoms that are never asked for; others settle what they do.
    """
    left = diagrams.restrict
    answered = [diagrams.mapped(left(table, known), _each(answer)) for table, answer in questions]
    atoms_of: dict[str, list[str]] = {}
    for name in diagrams.order:
        if any(name in diagrams.facts_of(answers) for answers in answered):
            atoms_of.setdefault(fact_of(name), []).append(name)
    pairs: set[frozenset[str]] = set()
    while True:
        candidate = _smallest_hitting(pairs, list(atoms_of))
        fixed = frozenset(atom for name in candidate for atom in atoms_of[name])
        for answers in answered:
            states = _two_answers(diagrams, answers, fixed)
            if states is not None:
                difference = _difference(diagrams, answers, *states)
                pairs.add(frozenset(map(fact_of, difference)))
                break
        else:
            return tuple(sorted(candidate))


def _each(answer: Callable[[frozenset[Any]], Hashable]) -> Callable[[frozenset[Any]], Hashable]:
    return lambda values: frozenset(answer(frozenset((value,))) for value in values)


def _smallest_hitting(sets: Collection[frozenset[str]], names: list[str]) -> frozenset[str]:
    """A smallest set of names that has a member of each set."""
    # Where two states differ in one fact alone, that fact must be asked.
    forced = frozenset(name for one in sets if len(one) == 1 for name in one)
    rest = [one for one in sets if one.isdisjoint(forced)]
    # A set that contains another is hit whenever that one is.
    rest = [one for one in rest if not any(other < one for other in rest)]
    for size in range(len(names) + 1):
        found = _hitting(rest, size, names)
        if found is not None:
            return forced | found
    raise AssertionError("the names hit every set")


def _hitting(sets: list[frozenset[str]], size: int, names: list[str]) -> frozenset[str] | None:
    """At most *size* names that have a member of each set, or ``None``."""
    if not sets:
        return frozenset()
    if size == 0:
        return None
    shortest = min(sets, key=len)
    for name in sorted(shortest, key=names.index):
        left = [one for one in sets if name not in one]
        found = _hitting(left, size - 1, names)
        if found is not None:
            return found | {name}
    return None


_State = dict[str, bool]


def _two_answers(
    diagrams: Diagrams, answers: int, fixed: frozenset[str]
) -> tuple[_State, _State] | None:
    """Two states that agree on the fixed facts and differ in the answer, or ``None``."""
    fixed = fixed.intersection(diagrams.facts_of(answers))
    hidden = set(diagrams.facts_of(answers)) - fixed
    at = _path(diagrams, diagrams.projected(answers, hidden), lambda values: len(values) > 1)
    if at is None:
        return None
    # A fixed fact that the way does not ask makes no difference to where it ends.
    at = {**dict.fromkeys(fixed, False), **at}
    rest = diagrams.restrict(answers, at)
    one = _path(diagrams, rest, lambda values: len(values) == 1)
    assert one is not None
    mine = diagrams.look_up(rest, one)
    two = _path(diagrams, rest, lambda values: bool(values) and values != mine)
    assert two is not None
    return {**at, **one}, {**at, **two}


def _path(diagrams: Diagrams, node: int, wanted: Callable[[frozenset[Any]], bool]) -> _State | None:
    """The way to a leaf that is wanted, or ``None``; no node is visited twice."""
    seen: set[int] = set()

    def walk(node: int) -> _State | None:
        if diagrams.is_leaf(node):
            return {} if wanted(diagrams.value[node]) else None
        if node in seen:
            return None
        seen.add(node)
        name = diagrams.order[diagrams.level[node]]
        for value, branch in ((False, diagrams.low[node]), (True, diagrams.high[node])):
            rest = walk(branch)
            if rest is not None:
                return {name: value, **rest}
        return None

    return walk(node)


def _difference(diagrams: Diagrams, answers: int, one: _State, two: _State) -> frozenset[str]:
    """Facts in which two states differ, after moving the second as close as it goes.

    The closer the pair, the more it says about what must be asked.
    """
    names = diagrams.facts_of(answers)
    base = {name: one.get(name, two.get(name, False)) for name in names}
    other = {name: two.get(name, base[name]) for name in names}
    mine = diagrams.look_up(answers, base)
    for name in names:
        if other[name] != base[name]:
            closer = diagrams.look_up(answers, {**other, name: base[name]})
            if closer and closer != mine:
                other[name] = base[name]
    return frozenset(name for name in names if other[name] != base[name])
