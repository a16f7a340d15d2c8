"""Breadth-first search over states: the shortest way to each, states that are alike once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)

MOST_STATES = 2_000_000
"""States that a search keeps at most; past that it says that it did not end."""

_TURN = 2048
"""States between two calls of the one who watches."""


@dataclass(slots=True)
class Search(Generic[S]):
    """What a search went through."""

    reached: dict[S, tuple[S, str] | None] = field(default_factory=dict)
    """Each state, with the state before it on a shortest way and what was done there."""
    ends: list[S] = field(default_factory=list)
    """States in which nothing more can be done."""
    complete: bool = True
    """There is no state beyond those that were visited."""
    cut: bool = False
    """It ended at the bound of states, with some steps not gone."""

    def way(self, state: S) -> list[tuple[str, S]]:
        """What was done on a shortest way to a state, with the state after each step."""
        steps: list[tuple[str, S]] = []
        before = self.reached[state]
        while before is not None:
            steps.append((before[1], state))
            state = before[0]
            before = self.reached[state]
        return steps[::-1]


def search(
    first: S,
    moves: Callable[[S], Iterable[tuple[str, S]]],
    *,
    alike: Callable[[S], S] = lambda state: state,
    most: int = MOST_STATES,
    deepest: int | None = None,
    watch: Callable[[int, int], None] | None = None,
    stop: Callable[[S], bool] = lambda state: False,
) -> Search[S]:
    """Visit every state that can be reached.

    :param alike: one state of all that are alike; only that one is gone on from.
    :param most: states that are kept at most.
    :param deepest: steps from the first state at most; ``None``: no bound.
    :param watch: told the number of states, and the steps that every life has made, from time to
        time; what it raises ends the search.
    :param stop: a state that ends the search.
    """
    found: Search[S] = Search({first: None})
    layer = [first]
    depth = 0
    while layer and (deepest is None or depth < deepest):
        following: list[S] = []
        for state in layer:
            ended = True
            for done, after in moves(state):
                ended = False
                after = alike(after)
                if after in found.reached:
                    continue
                if len(found.reached) >= most:
                    found.complete, found.cut = False, True
                    return found
                found.reached[after] = (state, done)
                if watch and len(found.reached) % _TURN == 0:
                    watch(len(found.reached), depth)
                following.append(after)
                if stop(after):
                    found.complete = False
                    return found
            if ended:
                found.ends.append(state)
        layer = following
        depth += 1
        if watch:
            watch(len(found.reached), depth)
    found.complete = found.complete and not layer
    return found
