"""Reduced decision diagrams over yes-or-no facts.

A diagram is a number: the index of a node in its :class:`Diagrams`. An inner node asks one
fact; a leaf carries a value. Equal functions are equal numbers, so comparing is free and
results can be kept. Leaves of a condition carry ``True`` or ``False``; leaves of a *table*
carry a frozen set: every value that some admissible state gives. A fact that is not known
is asked by taking both branches, which unites their sets; an empty set says that no
admissible state is left.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence

from swapin.model import And, Atom, Const, Expression, Not, Or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EMPTY: frozenset[Any] = frozenset()


class Diagrams:
    """All diagrams over one order of facts."""

    def __init__(self, order: Sequence[str]) -> None:
        self.order = tuple(order)
        self._place = {name: level for level, name in enumerate(self.order)}
        self._leaf_level = len(self.order)
        self.level: list[int] = []
        self.low: list[int] = []
        self.high: list[int] = []
        self.value: list[Any] = []
        self._unique: dict[Hashable, int] = {}
        self._adding = allocate_lock()
        self._either: dict[int, int] = {}
        self._missed: set[int] = set()
        self._both: dict[tuple[int, int], int] = {}
        self._chosen: dict[tuple[int, int, int], int] = {}
        self._asked: dict[int, tuple[str, ...]] = {}
        self.false = self.leaf(False)
        self.true = self.leaf(True)

    @classmethod
    def of_nodes(
        cls,
        order: Sequence[str],
        level: list[int],
        low: list[int],
        high: list[int],
        value: list[Any],
    ) -> Diagrams:
        """Diagrams of nodes that other diagrams had; the first two are false and true."""
        made = cls(order)
        made.level, made.low, made.high, made.value = level, low, high, value
        made._unique = dict(zip(zip(level, low, high, strict=True), range(len(level)), strict=True))
        for node, held in enumerate(value):
            if level[node] == made._leaf_level:
                made._unique["leaf", type(held), held] = node
        return made

    def nodes_of(self, roots: Iterable[int]) -> list[int]:
        """The nodes that these diagrams are made of, leaves too, in order; false and true first."""
        return sorted({self.false, self.true, *self._reached(roots)})

    def _reached(self, roots: Iterable[int]) -> list[int]:
        """Nodes and leaves of diagrams, in an order that their structure alone decides."""
        seen: dict[int, None] = {}
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen[node] = None
                if not self.is_leaf(node):
                    waiting += [self.low[node], self.high[node]]
        return list(seen)

    def leaf(self, value: Hashable) -> int:
        """The diagram that has one value everywhere."""
        # bool and int compare equal, so the type is part of the key.
        return self._node(("leaf", type(value), value), self._leaf_level, -1, -1, value)

    def _node(self, key: Hashable, level: int, low: int, high: int, value: Any = None) -> int:
        found = self._unique.get(key)
        if found is not None:
            return found
        with self._adding:
            found = self._unique.get(key)
            if found is None:
                found = len(self.level)
                self.level.append(level)
                self.low.append(low)
                self.high.append(high)
                self.value.append(value)
                # Last: who finds the number finds the node.
                self._unique[key] = found
        return found

    def _ask(self, level: int, low: int, high: int) -> int:
        return low if low == high else self._node((level, low, high), level, low, high)

    def branches(self, node: int, level: int) -> tuple[int, int]:
        """What is left of a diagram for either value of the fact at a level, none being above."""
        return (self.low[node], self.high[node]) if self.level[node] == level else (node, node)

    def is_leaf(self, node: int) -> bool:
        """Whether the diagram has one value everywhere."""
        return self.level[node] == self._leaf_level

    def ask(self, name: str, low: int, high: int) -> int:
        """The diagram that asks a fact first; *low* and *high* ask only what comes after it."""
        return self._ask(self._place[name], low, high)

    # Conditions.

    def fact(self, name: str) -> int:
        """The diagram of one fact."""
        return self.ask(name, self.false, self.true)

    def condition(self, expression: Expression, meanings: Mapping[str, int]) -> int:
        """The diagram of an expression.

        :param meanings: diagrams of atoms that are no facts, such as earlier outcomes.
        """
        if isinstance(expression, Atom):
            known = meanings.get(expression.name)
            if known is not None:
                return known
            return self.fact(expression.name)
        if isinstance(expression, Const):
            return self.true if expression.value else self.false
        if isinstance(expression, Not):
            return self.choose(self.condition(expression.part, meanings), self.false, self.true)
        assert isinstance(expression, And | Or)
        parts = [self.condition(part, meanings) for part in expression.parts]
        return self.all(parts) if isinstance(expression, And) else self.any(parts)

    def all(self, parts: Sequence[int]) -> int:
        """The conjunction."""
        result = self.true
        for part in self._lowest_first(parts):
            result = self.choose(part, result, self.false)
        return result

    def any(self, parts: Sequence[int]) -> int:
        """The disjunction."""
        result = self.false
        for part in self._lowest_first(parts):
            result = self.choose(part, self.true, result)
        return result

    def _lowest_first(self, parts: Sequence[int]) -> list[int]:
        # What is joined already then lies below the next part, and is seldom gone through again.
        return sorted(parts, key=self.level.__getitem__, reverse=True)

    def choose(self, condition: int, then: int, otherwise: int) -> int:
        """*then* where the condition holds, *otherwise* elsewhere."""
        if condition == self.true:
            return then
        if condition == self.false:
            return otherwise
        if then == otherwise:
            return then
        if then == self.true and otherwise == self.false:
            return condition
        key = (condition, then, otherwise)
        found = self._chosen.get(key)
        if found is None:
            levels, lows, highs = self.level, self.low, self.high
            c, t, o = levels[condition], levels[then], levels[otherwise]
            # Written out: nothing is called as often.
            level = c if c < t else t
            level = o if o < level else level
            c0, c1 = (lows[condition], highs[condition]) if c == level else (condition, condition)
            t0, t1 = (lows[then], highs[then]) if t == level else (then, then)
            o0, o1 = (lows[otherwise], highs[otherwise]) if o == level else (otherwise, otherwise)
            low, high = self.choose(c0, t0, o0), self.choose(c1, t1, o1)
            found = self._chosen[key] = self._ask(level, low, high)
        return found

    # Tables.

    def table(self, admissible: int, conditions: Sequence[int]) -> int:
        """For each admissible state, which of the conditions hold: bit *i* for the i-th."""
        made: dict[tuple[int, ...], int] = {}
        impossible = self.leaf(EMPTY)

        def build(nodes: tuple[int, ...]) -> int:
            if nodes[0] == self.false:
                return impossible
            found = made.get(nodes)
            if found is not None:
                return found
            level = min(self.level[node] for node in nodes)
            if level == self._leaf_level:
                held = sum(1 << i for i, node in enumerate(nodes[1:]) if self.value[node])
                found = self.leaf(frozenset((held,)))
            else:
                branches = [self.branches(node, level) for node in nodes]
                low = build(tuple(branch[0] for branch in branches))
                high = build(tuple(branch[1] for branch in branches))
                found = self._ask(level, low, high)
            made[nodes] = found
            return found

        return build((admissible, *conditions))

    def either(self, node: int) -> int:
        """A table without its first fact: the values of both branches."""
        found = self._either.get(node)
        if found is None:
            found = self._either[node] = self.united(self.low[node], self.high[node])
        return found

    def united(self, one: int, two: int) -> int:
        """The table of the values of both tables."""
        if one == two:
            return one
        key = (one, two) if one < two else (two, one)
        found = self._both.get(key)
        if found is None:
            lows, highs = self.low, self.high
            level1, level2 = self.level[one], self.level[two]
            level = level1 if level1 < level2 else level2
            if level == self._leaf_level:
                found = self.leaf(self.value[one] | self.value[two])
            else:
                low1, high1 = (lows[one], highs[one]) if level1 == level else (one, one)
                low2, high2 = (lows[two], highs[two]) if level2 == level else (two, two)
                found = self._ask(level, self.united(low1, low2), self.united(high1, high2))
            self._both[key] = found
        return found

    def look_up(self, node: int, known: Mapping[str, bool]) -> frozenset[Any]:
        """Every value that a state which agrees with the known facts can have."""
        level, order, end = self.level, self.order, self._leaf_level
        get = known.get
        while (at := level[node]) != end:
            value = get(order[at])
            if value is not None:
                node = self.high[node] if value else self.low[node]
            elif node in self._either or node in self._missed:
                node = self._either.get(node) or self.either(node)
            else:
                # Both branches in one pays from the second time; many are asked once.
                self._missed.add(node)
                return self._gathered(node, known)
        found: frozenset[Any] = self.value[node]
        return found

    def _gathered(self, node: int, known: Mapping[str, bool]) -> frozenset[Any]:
        """The values of every leaf that is reached with the known facts; nothing is built."""
        held: frozenset[Any] = EMPTY
        seen: set[int] = set()
        waiting = [node]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if self.is_leaf(node):
                held |= self.value[node]
                continue
            value = known.get(self.order[self.level[node]])
            if value is not True:
                waiting.append(self.low[node])
            if value is not False:
                waiting.append(self.high[node])
        return held

    def restrict(self, node: int, known: Mapping[str, bool]) -> int:
        """The diagram that is left when the known facts have these values."""
        made: dict[int, int] = {}
        place = self._place
        deepest = max((place[name] for name in known if name in place), default=-1)

        levels, lows, highs = self.level, self.low, self.high
        values = [known.get(name) for name in self.order[: deepest + 1]]

        def walk(node: int) -> int:
            level = levels[node]
            if level > deepest:
                return node
            found = made.get(node)
            if found is None:
                value = values[level]
                if value is None:
                    found = self._ask(level, walk(lows[node]), walk(highs[node]))
                else:
                    found = walk(highs[node] if value else lows[node])
                made[node] = found
            return found

        return walk(node)

    def taken(
        self,
        other: Diagrams,
        node: int,
        known: Mapping[str, bool],
        change: Callable[[Any], Hashable],
    ) -> int:
        """A diagram of others over the same order as one of these, which the others do not keep.

        :param known: facts that have these values.
        :param change: makes the value of a leaf of the other's.
        """
        made: dict[int, int] = {}

        def walk(node: int) -> int:
            found = made.get(node)
            if found is None:
                if other.is_leaf(node):
                    found = self.leaf(change(other.value[node]))
                else:
                    name = other.order[other.level[node]]
                    value = known.get(name)
                    if value is None:
                        found = self.ask(name, walk(other.low[node]), walk(other.high[node]))
                    else:
                        found = walk(other.high[node] if value else other.low[node])
                made[node] = found
            return found

        return walk(node)

    def projected(self, node: int, hidden: Collection[str]) -> int:
        """A table without some of its facts: they are taken to be unknown."""
        made: dict[int, int] = {}
        levels, lows, highs, end = self.level, self.low, self.high, self._leaf_level
        unasked = {self._place[name] for name in hidden if name in self._place}

        def walk(node: int) -> int:
            level = levels[node]
            if level == end:
                return node
            found = made.get(node)
            if found is None:
                low, high = walk(lows[node]), walk(highs[node])
                if low == high:
                    found = low
                elif level in unasked:
                    found = self.united(low, high)
                else:
                    found = self._node((level, low, high), level, low, high)
                made[node] = found
            return found

        return walk(node)

    def mapped(self, node: int, change: Callable[[Any], Hashable]) -> int:
        """The diagram with every leaf's value changed."""
        made: dict[int, int] = {}

        def walk(node: int) -> int:
            found = made.get(node)
            if found is None:
                if self.is_leaf(node):
                    found = self.leaf(change(self.value[node]))
                else:
                    found = self._ask(self.level[node], walk(self.low[node]), walk(self.high[node]))
                made[node] = found
            return found

        return walk(node)

    def negated(self, node: int) -> int:
        """The negation of a condition."""
        return self.choose(node, self.false, self.true)

    def without(self, node: int, taken: int) -> int:
        """A condition, but for where another holds."""
        return self.choose(taken, self.false, node)

    def some(self, node: int, hidden: Collection[str]) -> int:
        """Where a condition holds for some values of the hidden facts."""
        levels = {self._place[name] for name in hidden if name in self._place}
        made: dict[int, int] = {}

        def walk(node: int) -> int:
            if self.is_leaf(node):
                return node
            found = made.get(node)
            if found is None:
                level = self.level[node]
                low = walk(self.low[node])
                if level in levels:
                    rest = self.true if low == self.true else walk(self.high[node])
                    found = self.choose(low, self.true, rest)
                else:
                    found = self._ask(level, low, walk(self.high[node]))
                made[node] = found
            return found

        return walk(node)

    def meet(self, one: int, two: int) -> bool:
        """Whether two conditions hold together in some state; nothing is built."""
        seen: set[tuple[int, int]] = set()
        waiting = [(one, two)]
        while waiting:
            pair = waiting.pop()
            if self.false in pair or pair in seen:
                continue
            if self.true in pair:
                # The other one is not false, so it holds somewhere.
                return True
            seen.add(pair)
            level = min(self.level[pair[0]], self.level[pair[1]])
            branches = [self.branches(node, level) for node in pair]
            waiting += [(branches[0][side], branches[1][side]) for side in (0, 1)]
        return False

    def simplified(self, node: int, care: int) -> int:
        """A smaller condition that is the same where *care* holds (Coudert and Madre, 1990)."""
        made: dict[tuple[int, int], int] = {}

        def walk(node: int, care: int) -> int:
            if care == self.true or self.is_leaf(node):
                return node
            key = (node, care)
            found = made.get(key)
            if found is None:
                level = self.level[care]
                if self.low[care] == self.false:
                    found = walk(self.branches(node, level)[1], self.high[care])
                elif self.high[care] == self.false:
                    found = walk(self.branches(node, level)[0], self.low[care])
                elif level < self.level[node]:
                    found = walk(node, self.choose(self.low[care], self.true, self.high[care]))
                else:
                    at = self.level[node]
                    c0, c1 = self.branches(care, at)
                    found = self._ask(at, walk(self.low[node], c0), walk(self.high[node], c1))
                made[key] = found
            return found

        return node if care == self.false else walk(node, care)

    def zipped(self, one: int, two: int, pair: Callable[[Any, Any], Hashable]) -> int:
        """The diagram whose leaves are made of those of two diagrams."""
        made: dict[tuple[int, int], int] = {}

        def walk(one: int, two: int) -> int:
            key = (one, two)
            found = made.get(key)
            if found is None:
                level = min(self.level[one], self.level[two])
                if level == self._leaf_level:
                    found = self.leaf(pair(self.value[one], self.value[two]))
                else:
                    low1, high1 = self.branches(one, level)
                    low2, high2 = self.branches(two, level)
                    found = self._ask(level, walk(low1, low2), walk(high1, high2))
                made[key] = found
            return found

        return walk(one, two)

    def where(self, node: int, holds: Callable[[Any], bool]) -> int:
        """The condition that the value of a diagram is one that is wanted."""
        return self.mapped(node, lambda value: bool(holds(value)))

    def leaves(self, node: int) -> set[Any]:
        """The values that a diagram has."""
        return {self.value[found] for found in self._reached([node]) if self.is_leaf(found)}

    def facts_of(self, node: int) -> tuple[str, ...]:
        """The facts that the diagram asks, in order."""
        found = self._asked.get(node)
        if found is None:
            levels = {self.level[inner] for inner in self.nodes(node)}
            found = self._asked[node] = tuple(self.order[level] for level in sorted(levels))
        return found

    def nodes(self, node: int) -> list[int]:
        """The inner nodes of the diagram, in an order that its structure alone decides."""
        return [found for found in self._reached([node]) if not self.is_leaf(found)]
