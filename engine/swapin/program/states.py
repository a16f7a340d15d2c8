"""Sets of states as diagrams: counted, and shown by the one nearest to an ordinary fault."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from swapin.program.diagram import Diagrams


def count(d: Diagrams, condition: int, names: Collection[str]) -> int:
    """How many combinations of the named atoms occur where a condition holds.

    Combinations that no fact has (two values of a choice) never do.
    """
    chosen = set(names)
    table = d.mapped(condition, lambda value: frozenset((True,)) if value else frozenset())
    node = d.projected(table, [name for name in d.order if name not in chosen])
    levels = [level for level, name in enumerate(d.order) if name in chosen]
    rank = {level: index for index, level in enumerate(levels)}
    end = len(levels)
    made: dict[int, int] = {}

    def place(node: int) -> int:
        return end if d.is_leaf(node) else rank[d.level[node]]

    def below(node: int) -> int:
        if d.is_leaf(node):
            return 1 if d.value[node] else 0
        found = made.get(node)
        if found is None:
            here = place(node)
            found = made[node] = sum(
                below(branch) << (place(branch) - here - 1)
                for branch in (d.low[node], d.high[node])
            )
        return found

    return below(node) << place(node)


def nearest(d: Diagrams, condition: int, ordinary: Mapping[str, bool]) -> dict[str, bool] | None:
    """The state of a condition with the fewest facts away from an ordinary one.

    An atom that is not in the answer is as usual. ``None``: the condition never holds.
    """
    far = len(d.order) + 1
    cost: dict[int, int] = {d.false: far, d.true: 0}
    # Children come before their parents in depth-first order.
    for node in _bottom_up(d, condition):
        cost[node] = min(
            cost[branch] + _away(d.order[d.level[node]], value, ordinary)
            for value, branch in ((False, d.low[node]), (True, d.high[node]))
        )
    if cost[condition] >= far:
        return None
    state: dict[str, bool] = {}
    node = condition
    while not d.is_leaf(node):
        name = d.order[d.level[node]]
        likely = ordinary.get(name, False)
        branches = {False: d.low[node], True: d.high[node]}
        ways = {v: cost[b] + _away(name, v, ordinary) for v, b in branches.items()}
        value = likely if ways[likely] <= ways[not likely] else not likely
        state[name] = value
        node = branches[value]
    return state


def _away(name: str, value: bool, ordinary: Mapping[str, bool]) -> int:
    # Of a choice, two atoms differ; the one that holds is counted.
    return int(value != ordinary.get(name, False) and (value or not ordinary.get(name, False)))


def _bottom_up(d: Diagrams, node: int) -> list[int]:
    ordered: list[int] = []
    seen: set[int] = set()

    def walk(node: int) -> None:
        if node in seen or d.is_leaf(node):
            return
        seen.add(node)
        walk(d.low[node])
        walk(d.high[node])
        ordered.append(node)

    walk(node)
    return ordered
