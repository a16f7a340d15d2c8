"""Rows that go down a diagram: for facts that may be unknown.

Every node has the column of the rows of which some completion comes through it. The root has all
rows. A node hands its rows on: those where its fact may be yes to one branch, those where it may
be no to the other. A row in which the fact is unknown goes both ways, as when one fault is looked
up. The leaves at which a row arrives are the values that it can have, exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from swapin.columns.sketch import ALL, IMPOSSIBLE, NONE, Given, Place, Sketch
from swapin.program.masks import Masks, Part


def spread(masks: Masks, given: Sequence[Given]) -> Sketch:
    """All outcomes of the masks.

    :param given: how each of their facts is given.
    """
    sketch = Sketch(len(given))
    arrived = _walk(sketch, masks, given)
    for part in masks.parts:
        _settle(sketch, part, arrived)
    sketch.give(*IMPOSSIBLE, ~sketch.union(list(arrived.values())))
    return sketch


def _walk(sketch: Sketch, masks: Masks, given: Sequence[Given]) -> dict[int, Place]:
    """Hand all rows down the diagram; gives the column of each mask at which rows arrive."""
    d = masks.diagrams
    at_level: dict[int, list[int]] = {}
    for node in sorted(d.nodes(masks.root)):
        at_level.setdefault(d.level[node], []).append(node)
    here = {masks.root: ALL}
    for level in sorted(at_level):
        fact = masks.facts.index(d.order[level])
        yes, no = _maybe(sketch, fact, given[fact])
        # Those that go the same way together are joined first, which leaves one step for all.
        ways: dict[tuple[int, Place], Place] = {}
        for node in at_level[level]:
            mine = here.pop(node)
            for side, branch in ((yes, d.high[node]), (no, d.low[node])):
                ways[branch, side] = sketch.either(ways.get((branch, side), NONE), mine)
        for (branch, side), coming in ways.items():
            here[branch] = sketch.either(here.get(branch, NONE), sketch.both(coming, side))
    return {d.value[leaf]: column for leaf, column in here.items() if d.value[leaf]}


def _maybe(sketch: Sketch, fact: int, given: Given) -> tuple[Place, Place]:
    """Where a fact may be yes, and where it may be no."""
    values, known = sketch.values(fact), sketch.known(fact)
    if given is Given.NOT:
        return ALL, ALL
    if given is Given.KNOWN:
        return values, ~values
    # Where it is unknown, the values are anything.
    held = sketch.both(values, known)
    return ~sketch.differ(held, known), ~held


def _settle(sketch: Sketch, part: Part, arrived: Mapping[int, Place]) -> None:
    """Columns of the values of an outcome, from those of its masks."""

    def having(bit: int) -> Place:
        return sketch.union([column for mask, column in arrived.items() if mask & bit])

    may = {value: having(bit) for value, bit in part.values.items()}
    seen, twice = NONE, having(part.undetermined)
    for column in may.values():
        twice = sketch.either(twice, sketch.both(seen, column))
        seen = sketch.either(seen, column)
    once = ~twice
    settled = {value: sketch.both(column, once) for value, column in may.items()}
    if part.elsewhere:
        unmapped = ~sketch.either(seen, twice)
        alone = sketch.both(having(part.elsewhere), unmapped)
        reached = settled[part.group.unreached]
        settled[part.group.unreached] = sketch.either(reached, alone)
    settled[part.group.undetermined] = twice
    for value, column in settled.items():
        sketch.give(part.group.field, value, column)
