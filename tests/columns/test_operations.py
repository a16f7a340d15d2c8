"""What is made of a diagram for numpy computes what the diagram says, of all choices of facts."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from rows import MARKER
from swapin.catalog import Catalog
from swapin.columns import Bits
from swapin.columns.bits import from_booleans, to_booleans
from swapin.columns.gather import gather
from swapin.columns.lower import EVERY, Operations, lowered
from swapin.columns.plan import Plan
from swapin.columns.resub import _Search, fewer
from swapin.columns.sketch import ALL, NONE, Given, Join, Place, Sketch
from swapin.columns.spread import spread
from swapin.model import Group
from swapin.program import Program
from swapin.program.diagram import Diagrams
from swapin.program.masks import Masks

Results = Mapping[tuple[str, str], int]


def random_sketch(chance: random.Random) -> Sketch:
    """Some joins of five facts; results among which are facts and columns turned around."""
    sketch = Sketch(5)
    columns: list[Place] = [ALL, *(sketch.values(fact) for fact in range(5)), sketch.known(0)]
    for _ in range(25):
        one, two = (
            ~place if chance.random() < 0.4 else place for place in chance.sample(columns, 2)
        )
        columns.append(
            chance.choice([sketch.both, sketch.both, sketch.either, sketch.differ])(one, two)
        )
    for number, place in enumerate([*chance.sample(columns, 4), ~columns[-1], columns[-1]]):
        sketch.give("", str(number), place)
    return sketch


def drawn(sketch: Sketch) -> dict[tuple[str, str], npt.NDArray[np.bool_]]:
    """The results of a sketch, computed as it says, of every choice of facts."""
    rows = np.arange(64)
    columns = {NONE: rows < 0, sketch.known(0): rows >> 5 & 1 > 0}
    columns.update((sketch.values(fact), rows >> fact & 1 > 0) for fact in range(5))

    def of(place: Place) -> npt.NDArray[np.bool_]:
        return columns[place] if place >= 0 else ~columns[~place]

    for place, (join, one, two) in enumerate(sketch.made, sketch.first):
        columns[place] = of(one) & of(two) if join is Join.BOTH else of(one) ^ of(two)
    return {key: of(place) for key, place in sketch.results.items()}


@pytest.mark.parametrize("seed", range(40))
def test_a_sketch_and_its_steps(seed: int) -> None:
    """Over all choices, with and without the search for fewer operations."""
    sketch = random_sketch(random.Random(seed))
    rows = np.arange(64)
    facts = [Bits(from_booleans(rows >> fact & 1)) for fact in range(5)]
    facts[0] = Bits(facts[0].values, from_booleans(rows >> 5 & 1))
    want = drawn(sketch)

    operations = lowered(sketch)
    less = fewer(operations)
    assert len(less.made) <= len(operations.made)
    for plan in (Plan(operations), Plan(less)):
        made = np.empty((len(plan.results), 1), np.uint64)
        plan.run(facts, made, 0, 1)
        assert plan.results == tuple(want)
        for column, key in zip(made, plan.results, strict=True):
            assert (to_booleans(column, 64) == want[key]).all(), key


def test_a_wrong_rewrite_is_caught(
    catalog: Catalog, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One choice of facts is overlooked in which a column makes a difference to a result."""
    told_apart = _Search._told_apart

    def blind(*args: Any) -> tuple[set[Place], int]:
        after, care = told_apart(*args)
        return after, care & (care - 1)

    masks = Masks(program.compiled(catalog.kernels["6.1"]), [Group.EXCLUSIVE], None, MARKER)
    operations = lowered(gather(masks))
    assert fewer(operations)
    monkeypatch.setattr(_Search, "_told_apart", blind)
    with pytest.raises(AssertionError, match="do not equal"):
        fewer(operations)


def test_marker_decision(catalog: Catalog, program: Program) -> None:
    """Yes, no and impossible take thirteen operations; by hand, none fewer were found."""
    masks = Masks(program.compiled(catalog.kernels["6.1"]), [Group.EXCLUSIVE], None, MARKER)

    assert len(fewer(lowered(gather(masks))).made) == 13
    assert len(fewer(lowered(spread(masks, [Given.SOME] * 6))).made) <= 33


@pytest.mark.parametrize("kernel", ["6.1", "7.3"])
def test_all_states(catalog: Catalog, program: Program, kernel: str) -> None:
    """Both ways down and up the diagram give the diagram's own values, in all 2**52 states."""
    masks = Masks(program.compiled(catalog.kernels[kernel]), list(Group))
    d = masks.diagrams
    want = {("", ""): d.where(masks.root, lambda mask: not mask)}
    for part in masks.parts:
        for value in (*part.values, part.group.undetermined):
            want[part.group.field, value] = d.where(
                masks.root, lambda mask, part=part, value=value: part.value(mask) == value
            )
    facts = {2 + 2 * number: d.fact(name) for number, name in enumerate(masks.facts)}

    for sketch in (gather(masks), spread(masks, [Given.KNOWN] * len(masks.facts))):
        found = as_diagrams(d, lowered(sketch), facts)
        assert want == dict.fromkeys(want, d.false) | found


@pytest.mark.slow
def test_all_choices_of_unknown_facts(catalog: Catalog, program: Program) -> None:
    """Operations are the sketch that they come from, whatever is known and whatever it is."""
    masks = Masks(program.compiled(catalog.kernels["6.1"]), [Group.EXCLUSIVE])
    sketch = spread(masks, [Given.SOME] * len(masks.facts))
    d = Diagrams([name + part for name in masks.facts for part in ("", "?")])
    facts = {place: d.fact(name) for place, name in enumerate(d.order, 2)}
    node = {NONE: d.false, **facts}

    def of(place: Place) -> int:
        return node[place] if place >= 0 else d.negated(node[~place])

    for place, (join, one, two) in enumerate(sketch.made, sketch.first):
        other = d.false if join is Join.BOTH else of(two)
        node[place] = d.choose(of(one), of(two if join is Join.BOTH else ~two), other)
    want = {key: of(place) for key, place in sketch.results.items()}
    assert want == as_diagrams(d, lowered(sketch), facts)


def as_diagrams(d: Diagrams, operations: Operations, facts: Mapping[Place, int]) -> Results:
    """The results of operations as diagrams over the facts."""
    node = {NONE: d.false, EVERY: d.true, **facts}
    for place, (operation, one, two) in enumerate(operations.made, operations.first):
        a, b = node[one], node[two]
        node[place] = {
            np.invert: lambda a=a, b=b: d.negated(a),
            np.bitwise_and: lambda a=a, b=b: d.choose(a, b, d.false),
            np.bitwise_or: lambda a=a, b=b: d.choose(a, d.true, b),
            np.bitwise_xor: lambda a=a, b=b: d.choose(a, d.negated(b), b),
        }[operation]()
    return {key: node[place] for key, place in operations.results.items()}
