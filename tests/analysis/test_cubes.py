"""Covers: exact, and minimal where they say so, against brute force on small conditions."""

from __future__ import annotations

from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from swapin.analysis.cubes import cover, node_of
from swapin.program.diagram import Diagrams

NAMES = ("a", "b", "c", "d")
STATES = list(product((False, True), repeat=len(NAMES)))
SETS = st.sets(st.sampled_from(STATES))
CUBES = [
    {name: value for name, value in zip(NAMES, values, strict=True) if value is not None}
    for values in product((None, False, True), repeat=len(NAMES))
]


def condition(d: Diagrams, states: set[tuple[bool, ...]]) -> int:
    return d.any([node_of(d, dict(zip(NAMES, state, strict=True))) for state in sorted(states)])


def inside(cube: dict[str, bool]) -> frozenset[tuple[bool, ...]]:
    return frozenset(
        state
        for state in STATES
        if all(dict(zip(NAMES, state, strict=True))[name] == v for name, v in cube.items())
    )


def fewest(wanted: set[tuple[bool, ...]], free: set[tuple[bool, ...]]) -> tuple[int, int]:
    """Cubes and facts of a smallest cover, by trying every choice."""
    usable = [(inside(c), len(c)) for c in CUBES if inside(c) <= wanted | free]
    # A cube inside of another one of fewer facts is never needed.
    usable = [u for u in usable if not any(u[0] < v[0] and u[1] >= v[1] for v in usable)]
    for size in range(len(wanted) + 1):
        found = [
            sum(length for _, length in choice)
            for choice in combinations(usable, size)
            if wanted <= frozenset().union(*(states for states, _ in choice))
        ]
        if found:
            return size, min(found)
    raise AssertionError("each state is a cube")


@settings(max_examples=60, deadline=None)
@given(SETS, SETS)
def test_exact_and_minimal(wanted: set[tuple[bool, ...]], free: set[tuple[bool, ...]]) -> None:
    """No state is lost and none added, and no cover is smaller."""
    free -= wanted
    d = Diagrams(NAMES)
    found = cover(d, condition(d, wanted), condition(d, free))
    covered = frozenset().union(*(inside(dict(cube)) for cube in found.cubes))

    assert wanted <= covered <= wanted | free
    assert found.minimal
    size = (len(found.cubes), sum(len(cube) for cube in found.cubes))
    assert fewest(wanted, free) == size


MANY = tuple(f"f{index:02}" for index in range(18))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(MANY), st.booleans(), min_size=2, max_size=7),
        min_size=1,
        max_size=9,
    ),
    st.lists(
        st.dictionaries(st.sampled_from(MANY), st.booleans(), min_size=1, max_size=5), max_size=4
    ),
)
def test_exact_over_many_facts(wanted: list[dict[str, bool]], free: list[dict[str, bool]]) -> None:
    """Over more facts than are searched for a minimum, the cover is exact and irredundant."""
    d = Diagrams(MANY)
    asked = d.any([node_of(d, cube) for cube in wanted])
    dont_care = d.without(d.any([node_of(d, cube) for cube in free]), asked)
    found = cover(d, asked, dont_care)
    nodes = [node_of(d, cube) for cube in found.cubes]
    union = d.any(nodes)

    assert d.without(asked, union) == d.false
    assert d.without(union, d.any([asked, dont_care])) == d.false
    for index in range(len(nodes)):
        others = d.any([node for other, node in enumerate(nodes) if other != index])
        assert d.without(asked, others) != d.false, "a cube is not needed"


def test_nothing_and_everything() -> None:
    """Never is no cube; always is the cube of no facts."""
    d = Diagrams(NAMES)

    assert () == cover(d, d.false, d.true).cubes
    assert ({},) == cover(d, d.true, d.false).cubes
