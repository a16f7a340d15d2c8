"""The order in which a decision diagram asks facts: its size depends on little else.

Facts that one condition ties together belong close to each other. Starting from the order in
which constraints, then rules, mention them, each fact moves to the middle of the conditions that
read it, and each condition to the middle of its facts, a few times over (the FORCE heuristic of
Aloul, Markov and Sakallah, 2003).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_ROUNDS = 20


def good_order(conditions: Iterable[Iterable[str]]) -> list[str]:
    """An order of all names in the conditions.

    :param conditions: the names that each condition reads; those that come first tie hardest.
    """
    edges = [sorted(set(names)) for names in conditions]
    order = list(dict.fromkeys(name for edge in edges for name in edge))
    for _ in range(_ROUNDS):
        order = _moved(order, edges)
    return order


def _moved(order: Sequence[str], edges: Sequence[Sequence[str]]) -> list[str]:
    place = {name: index for index, name in enumerate(order)}
    pulls: dict[str, list[float]] = {name: [] for name in order}
    for edge in edges:
        if edge:
            middle = sum(place[name] for name in edge) / len(edge)
            for name in edge:
                pulls[name].append(middle)
    return sorted(order, key=lambda name: (sum(pulls[name]) / len(pulls[name]), place[name]))
