"""Values that come up a diagram: for facts that are known in every row.

Then a row has one value of each outcome, and a value's condition is a formula over the facts: each
node of its diagram chooses between what its branches have made. Values are taken one after the
other, and what an earlier one has taken makes the conditions of later ones smaller.
"""

from __future__ import annotations

from dataclasses import dataclass

from swapin.columns.sketch import ALL, IMPOSSIBLE, NONE, Place, Sketch
from swapin.program.masks import Masks, Part


def gather(masks: Masks) -> Sketch:
    """All outcomes of the masks."""
    return _Gathering(masks).sketch


class _Gathering:
    def __init__(self, masks: Masks) -> None:
        self._masks = masks
        self._d = masks.diagrams
        self.sketch = Sketch(len(masks.facts))
        self._values = {name: self.sketch.values(fact) for fact, name in enumerate(masks.facts)}
        self._columns = {self._d.false: NONE, self._d.true: ALL}
        possible = self._d.where(masks.root, bool)
        self._possible = (possible, self._column(possible))
        for part in masks.parts:
            self._part(part)
        self.sketch.give(*IMPOSSIBLE, ~self._possible[1])

    def _part(self, part: Part) -> None:
        d, sketch = self._d, self.sketch
        condition, rest = self._possible
        for value in (*part.values, part.group.undetermined):
            holds = d.where(self._masks.root, _Has(part, value))
            simple = self._column(d.simplified(holds, condition))
            taken = rest if condition == holds else sketch.both(rest, simple)
            sketch.give(part.group.field, value, taken)
            condition, rest = d.without(condition, holds), sketch.differ(rest, taken)

    def _column(self, node: int) -> Place:
        """The column of a condition."""
        found = self._columns.get(node)
        if found is None:
            d = self._d
            fact = self._values[d.order[d.level[node]]]
            found = self._columns[node] = self._chosen(fact, d.high[node], d.low[node])
        return found

    def _chosen(self, fact: Place, then: int, otherwise: int) -> Place:
        """The rows of one condition where a fact is yes, of another where it is no."""
        d, sketch = self._d, self.sketch
        for side, one, two in ((~fact, then, otherwise), (fact, otherwise, then)):
            # If the one holds only where the other does, it need only say where among these.
            if d.without(one, two) == d.false:
                within = self._column(d.simplified(one, two))
                return sketch.both(self._column(two), sketch.either(side, within))
        low, high = self._column(otherwise), self._column(then)
        return sketch.differ(low, sketch.both(fact, sketch.differ(low, high)))


@dataclass(frozen=True, slots=True)
class _Has:
    """Whether a mask says one value of an outcome."""

    part: Part
    value: str

    def __call__(self, mask: int) -> bool:
        return self.part.value(mask) == self.value
