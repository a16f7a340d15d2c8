"""Minimal covers: a condition as the fewest cubes, each the fewest facts.

A cube is a conjunction of facts. A cover is exact on the states that are asked about: none is
lost, none is added; states that cannot be (*don't care*) may lie in a cube, which is what makes
cubes short. Prime implicants are found on the diagram, and the fewest that cover are chosen by
branch and bound. Both are bounded; past the bound the cover is irredundant, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from swapin.program.diagram import Diagrams

Cube = Mapping[str, bool]
"""Atoms with their values."""

_MOST_FACTS = 12
_MOST_PRIMES = 200
_MOST_CLASSES = 250
_MOST_STEPS = 2_000


@dataclass(frozen=True, slots=True)
class Cover:
    """Cubes that together hold exactly where a condition does."""

    cubes: tuple[Cube, ...]
    minimal: bool
    """No cover has fewer cubes, nor as many with fewer facts."""


class _TooMany(Exception):
    pass


def cover(d: Diagrams, condition: int, dont_care: int) -> Cover:
    """A minimal cover of a condition.

    :param dont_care: states that may lie in a cube or not.
    """
    if condition == d.false:
        return Cover((), True)
    lower, upper = condition, d.any([condition, dont_care])
    alone = _one_cube(d, lower, upper)
    if alone is not None:
        return Cover((alone,), True)
    minimal = True
    if len(d.facts_of(upper)) > _MOST_FACTS:
        # Over many facts, those that need not be spoken of go first: a cover of few facts.
        lower, upper = _fewer_facts(d, lower, upper)
        minimal = False
    try:
        primes = [cube for cube in _primes(d, upper) if d.meet(node_of(d, cube), lower)]
        chosen, finished = _fewest(d, lower, primes)
        minimal = minimal and finished
    except _TooMany:
        chosen, _ = _irredundant(d, lower, upper)
        minimal = False
    return Cover(tuple(sorted((dict(cube) for cube in chosen), key=_place)), minimal)


def _place(cube: Cube) -> tuple[int, list[tuple[str, bool]]]:
    return len(cube), sorted(cube.items())


def node_of(d: Diagrams, cube: Cube) -> int:
    """The condition that a cube is."""
    node = d.true
    for name in sorted(cube, key=d.order.index, reverse=True):
        node = d.choose(
            d.fact(name), node if cube[name] else d.false, d.false if cube[name] else node
        )
    return node


def _one_cube(d: Diagrams, lower: int, upper: int) -> dict[str, bool] | None:
    """The cube of fewest facts between two conditions, if one cube can be all."""
    # A cube around the lower condition has no fact that both values of occur in it.
    around = {
        name: value
        for name in d.facts_of(lower)
        for value in (False, True)
        if not d.meet(lower, node_of(d, {name: not value}))
    }
    if d.meet(d.negated(upper), node_of(d, around)):
        return None
    made: dict[int, dict[str, bool] | None] = {}

    def walk(node: int) -> dict[str, bool] | None:
        """The fewest of those facts with which a condition holds everywhere."""
        if d.is_leaf(node):
            return {} if d.value[node] else None
        if node not in made:
            name = d.order[d.level[node]]
            value = around[name]
            given = walk(d.high[node] if value else d.low[node])
            spared = walk(d.all([d.low[node], d.high[node]]))
            ways = [spared, None if given is None else {name: value, **given}]
            made[node] = min((way for way in ways if way is not None), key=len, default=None)
        return made[node]

    others = set(d.facts_of(upper)).difference(around)
    return walk(d.negated(d.some(d.negated(upper), others)))


def _primes(d: Diagrams, node: int) -> list[dict[str, bool]]:
    """Every prime implicant of a condition."""
    # A prime is one integer, two bits a fact, so that "shorter than" is one operation.
    made: dict[int, frozenset[int]] = {}

    def walk(node: int) -> frozenset[int]:
        if d.is_leaf(node):
            return frozenset((0,)) if d.value[node] else frozenset()
        found = made.get(node)
        if found is not None:
            return found
        low, high = d.low[node], d.high[node]
        both = walk(d.all([low, high]))
        kept = set(both)
        for value, branch in enumerate((low, high)):
            literal = 1 << 2 * d.level[node] + value
            for prime in walk(branch) - both:
                for shorter in both:
                    if shorter & prime == shorter:
                        break
                else:
                    kept.add(prime | literal)
        if len(kept) > _MOST_PRIMES:
            raise _TooMany
        result = made[node] = frozenset(kept)
        return result

    primes = [{d.order[bit >> 1]: bool(bit & 1) for bit in _bits(prime)} for prime in walk(node)]
    return sorted(primes, key=_place)


def _fewest(
    d: Diagrams, condition: int, primes: Sequence[dict[str, bool]]
) -> tuple[list[dict[str, bool]], bool]:
    """The fewest primes that cover a condition, and with fewest facts; whether that is proven."""
    # States that the same primes cover are one class; each class must be covered.
    classes: list[tuple[int, int]] = [(condition, 0)]
    for index, prime in enumerate(primes):
        inside = node_of(d, prime)
        split: list[tuple[int, int]] = []
        for states, covered in classes:
            within = d.all([states, inside])
            if within == d.false:
                split.append((states, covered))
                continue
            split.append((within, covered | 1 << index))
            outside = d.choose(inside, d.false, states)
            if outside != d.false:
                split.append((outside, covered))
        classes = split
        if len(classes) > _MOST_CLASSES:
            raise _TooMany
    # A class whose primes include those of another is covered whenever that one is.
    rows = sorted({covered for _, covered in classes}, key=int.bit_count)
    needed: list[int] = []
    for row in rows:
        if not any(other & row == other for other in needed):
            needed.append(row)
    sizes = [len(prime) for prime in primes]
    search = _Search(needed, sizes)
    return [primes[index] for index in search.best], search.finished


class _Search:
    """Branch and bound for a smallest set of columns that meets every row."""

    def __init__(self, rows: Sequence[int], sizes: Sequence[int]) -> None:
        self._sizes = sizes
        self._steps = 0
        self.best = self._greedy(list(rows))
        self._cost = self._price(self.best)
        self.finished = True
        self._walk(list(rows), [])

    def _price(self, columns: Sequence[int]) -> tuple[int, int]:
        return len(columns), sum(self._sizes[column] for column in columns)

    def _greedy(self, rows: list[int]) -> list[int]:
        chosen: list[int] = []
        while rows:
            columns = {c for row in rows for c in _bits(row)}
            best = min(
                columns, key=lambda c: (-sum(row >> c & 1 for row in rows), self._sizes[c], c)
            )
            chosen.append(best)
            rows = [row for row in rows if not row >> best & 1]
        return chosen

    def _walk(self, rows: list[int], chosen: list[int]) -> None:
        if self._price(chosen) >= self._cost:
            return
        if not rows:
            self.best, self._cost = list(chosen), self._price(chosen)
            return
        self._steps += 1
        if self._steps > _MOST_STEPS:
            self.finished = False
            return
        # Rows that share no column each need one of their own.
        left, bound = rows, 0
        while left:
            shortest = min(left, key=int.bit_count)
            bound += 1
            left = [row for row in left if not row & shortest]
        if len(chosen) + bound > self._cost[0]:
            return
        for column in sorted(_bits(min(rows, key=int.bit_count)), key=lambda c: self._sizes[c]):
            self._walk([row for row in rows if not row >> column & 1], [*chosen, column])


def _bits(row: int) -> list[int]:
    return [index for index in range(row.bit_length()) if row >> index & 1]


def _fewer_facts(d: Diagrams, lower: int, upper: int) -> tuple[int, int]:
    """The same condition with fewer facts in it, where what cannot be leaves the choice."""
    while True:
        care = d.choose(lower, d.true, d.negated(upper))
        kept = set(d.facts_of(d.simplified(lower, care)))
        asked = {*d.facts_of(lower), *d.facts_of(upper)}
        # Between the two lies a condition of the kept facts alone, so the others can go.
        hidden = asked - kept
        if not hidden:
            return lower, upper
        lower = d.some(lower, hidden)
        upper = d.negated(d.some(d.negated(upper), hidden))


def _irredundant(d: Diagrams, lower: int, upper: int) -> tuple[list[dict[str, bool]], int]:
    """An irredundant cover between two conditions (Minato, 1992), and the condition it is."""
    made: dict[tuple[int, int], tuple[list[dict[str, bool]], int]] = {}

    def walk(lower: int, upper: int) -> tuple[list[dict[str, bool]], int]:
        if lower == d.false:
            return [], d.false
        if upper == d.true:
            return [{}], d.true
        key = (lower, upper)
        if key in made:
            return made[key]
        level = min(d.level[lower], d.level[upper])
        name = d.order[level]
        l0, l1 = d.branches(lower, level)
        u0, u1 = d.branches(upper, level)
        zeros, f0 = walk(d.without(l0, u1), u0)
        ones, f1 = walk(d.without(l1, u0), u1)
        rest, f2 = walk(d.any([d.without(l0, f0), d.without(l1, f1)]), d.all([u0, u1]))
        cubes = [{name: False, **cube} for cube in zeros]
        cubes += [{name: True, **cube} for cube in ones]
        cubes += rest
        node = d.any([d.choose(d.fact(name), f1, f0), f2])
        made[key] = cubes, node
        return cubes, node

    return walk(lower, upper)
