"""Another order of the facts is another diagram of the same function."""

from __future__ import annotations

import itertools
import random

import pytest

from swapin.catalog import Catalog
from swapin.model import Group
from swapin.program import Program
from swapin.program.diagram import Diagrams
from swapin.program.masks import Masks
from swapin.program.sifting import sifted

NAMES = [f"f{i}" for i in range(8)]


def random_diagram(d: Diagrams, chance: random.Random) -> int:
    """A table with a handful of values, of some twenty cubes."""
    node = d.leaf(0)
    for _ in range(20):
        cube = d.true
        for name in chance.sample(NAMES, 3):
            fact = d.fact(name)
            cube = d.all([cube, fact if chance.random() < 0.5 else d.negated(fact)])
        node = d.choose(cube, d.leaf(chance.randrange(1, 5)), node)
    return node


@pytest.mark.parametrize("seed", range(20))
def test_the_same_function(seed: int) -> None:
    """Over every choice of known and unknown facts, the same values are reached."""
    chance = random.Random(seed)
    d = Diagrams(NAMES)
    node = d.mapped(random_diagram(d, chance), lambda value: frozenset((value,)))
    other, root = sifted(d, node)

    assert len(other.nodes(root)) <= len(d.nodes(node))
    assert set(other.facts_of(root)) == set(d.facts_of(node))
    for values in itertools.product((False, True, None), repeat=len(NAMES)):
        known = {k: v for k, v in zip(NAMES, values, strict=True) if v is not None}
        assert d.look_up(node, known) == other.look_up(root, known)


def test_known_best() -> None:
    """Pairs that belong together end up side by side: 2**(n+1) nodes become 2n."""
    pairs = [(f"a{i}", f"b{i}") for i in range(6)]
    d = Diagrams([a for a, _ in pairs] + [b for _, b in pairs])
    node = d.any([d.all([d.fact(a), d.fact(b)]) for a, b in pairs])
    other, root = sifted(d, node)

    assert len(d.nodes(node)) == 126
    assert len(other.nodes(root)) == 12


def test_a_leaf() -> None:
    """There is nothing to move."""
    d = Diagrams(NAMES)
    other, root = sifted(d, d.leaf(7))

    assert other.value[root] == 7


def test_what_it_is_worth(catalog: Catalog, program: Program) -> None:
    """All outcomes of a kernel together take fewer nodes than the path alone did."""
    compiled = program.compiled(catalog.kernels["5.10"])
    masks = Masks(compiled, list(Group))

    assert len(masks.diagrams.nodes(masks.root)) < len(compiled.diagrams.nodes(compiled.paths.root))
