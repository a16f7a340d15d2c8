"""The whole admissible space: yardsticks, the interpreter and the compiled forms agree."""

from __future__ import annotations

import random

import pytest

from agreement import Ways, disagreements
from rows import MARKER, admissible_state, every_choice, given
from swapin.catalog import Catalog
from swapin.model import Answer, Group, Kernel, Kind
from swapin.program import Decider, Program
from swapin.program.compiled import Compiled
from swapin.program.interpreter import Interpreter
from swapin.program.states import count as space
from yardsticks.choose import yardstick_for

EVERY_BEHAVIOUR = (
    "5.10",
    "5.14",
    "5.18",
    "5.19",
    "v2-posted",
    "6.1",
    "6.2",
    "6.3",
    "6.4",
    "6.6",
    "6.7",
    "6.8",
    "6.10",
    "6.11",
    "6.12",
    "6.13",
    "6.15",
    "6.18",
    "7.0",
    "7.3",
)
"""One kernel for each set of rules and capabilities."""


def test_every_behaviour_is_tested(catalog: Catalog, program: Program) -> None:
    """No kernel decides by rules and capabilities that the list above leaves out."""
    tested = [program.compiled(catalog.kernels[name]) for name in EVERY_BEHAVIOUR]

    assert len(tested) == len({id(compiled) for compiled in tested})
    for name, kernel in catalog.kernels.items():
        assert program.compiled(kernel) in tested, name


@pytest.mark.parametrize("name", EVERY_BEHAVIOUR)
def test_engine_equals_yardstick(catalog: Catalog, program: Program, name: str) -> None:
    """In every admissible state the engine says what the yardstick of the era says."""
    kernel = catalog.kernels[name]
    compiled = program.compiled(kernel)
    decide = yardstick_for(kernel.release, kernel.variant or None)

    assert None is next(disagreements(compiled, decide), None)


@pytest.mark.parametrize("name", ["5.10", "6.12", "v2-posted"])
def test_no_state_is_left_out(catalog: Catalog, program: Program, name: str) -> None:
    """The ways through a yardstick are those of all admissible states, each of one way."""
    kernel = catalog.kernels[name]
    compiled = program.compiled(kernel)
    d, admissible = compiled.diagrams, compiled.condition_of_admissible
    ways = [known for known, _ in Ways(compiled, yardstick_for(kernel.release))]
    for known in random.Random(name).sample(ways, 50):
        state = total(compiled, admissible, known)
        assert [known] == [way for way in ways if way.items() <= state.items()]

    of_ways = (
        space(d, d.restrict(admissible, known), [n for n in d.order if n not in known])
        for known in ways
    )
    assert space(d, admissible, d.order) == sum(of_ways)


PART = 20
"""States by chance in which a rule holds, and as many of all."""


def total(compiled: Compiled, condition: int, state: dict[str, bool]) -> dict[str, bool]:
    """The state with values for every other fact, such as some state of the condition has."""
    d = compiled.diagrams
    failed: set[int] = set()

    def walk(node: int) -> dict[str, bool] | None:
        if d.is_leaf(node):
            return {} if d.value[node] else None
        if node not in failed:
            name = d.order[d.level[node]]
            for value in (state[name],) if name in state else (False, True):
                rest = walk(d.high[node] if value else d.low[node])
                if rest is not None:
                    return {name: value, **rest}
            failed.add(node)
        return None

    found = walk(condition)
    assert found is not None
    return {**dict.fromkeys(d.order, False), **state, **found}


@pytest.mark.parametrize("name", EVERY_BEHAVIOUR)
def test_compiled_means_what_is_interpreted(catalog: Catalog, program: Program, name: str) -> None:
    """In every admissible state, each outcome and each limit is what the interpreter reads.

    Both are functions of the facts; equal functions are equal diagrams.
    """
    kernel = catalog.kernels[name]
    compiled = program.compiled(kernel)
    interpreter = Interpreter(catalog, kernel, catalog.capabilities(kernel))
    d = compiled.diagrams
    for outcome, meaning in interpreter.meanings.items():
        assert d.condition(meaning, {}) == compiled.condition_of_outcome[outcome], outcome
    for group, limit in interpreter.limits.items():
        limits = [r.id for r in compiled.rules if r.kind is Kind.LIMIT]
        of_group = [n for n in limits if catalog.rules[n].outcome in group.members]
        fires = d.any([compiled.condition_of_rule[rule] for rule in of_group])
        assert d.condition(limit, {}) == fires, group


@pytest.mark.parametrize("name", EVERY_BEHAVIOUR)
def test_compiled_equals_interpreter(catalog: Catalog, program: Program, name: str) -> None:
    """In states by chance, of each rule some in which it holds, both give one answer and rules."""
    kernel = catalog.kernels[name]
    compiled = program.compiled(kernel)
    interpreter = Interpreter(catalog, kernel, catalog.capabilities(kernel))
    d = compiled.diagrams
    chance = random.Random(name)
    for table, condition in (
        (compiled.paths, compiled.condition_of_admissible),
        (compiled.mapped, compiled.condition_of_mapped),
    ):
        mine = {rule.id for rule in table.rules}
        held = (d.all([condition, compiled.condition_of_rule[rule]]) for rule in sorted(mine))
        for where in (condition, *(some for some in held if some != d.false)):
            for _ in range(PART):
                state = admissible_state(compiled, where, chance)
                finding = compiled.finding(state)
                assert finding is not None
                assert interpreter.admissible(state)
                assert interpreter.outcomes(state) == dict(finding.outcomes)
                said = {rule for rule in mine if finding.truths[rule] is Answer.YES}
                assert said == interpreter.holding(state) & mine


@pytest.mark.parametrize("name", EVERY_BEHAVIOUR)
def test_partial_faults(catalog: Catalog, program: Program, name: str) -> None:
    """With facts left out, both forms agree: undetermined only if two completions differ."""
    kernel = catalog.kernels[name]
    compiled = program.compiled(kernel)
    interpreter = Interpreter(catalog, kernel, catalog.capabilities(kernel))
    chance = random.Random(name)
    for _ in range(250):
        chosen = chance.sample(compiled.facts, chance.randint(0, len(compiled.facts)))
        known = {fact: chance.random() < 0.5 for fact in chosen}
        finding = compiled.finding(known)
        expected = interpreter.partial_outcomes(known)
        assert expected == (None if finding is None else dict(finding.outcomes)), known


@pytest.mark.parametrize(
    "name",
    ["v2-posted", *(pytest.param(n, marks=pytest.mark.slow) for n in ("5.19", "6.12", "7.3"))],
)
def test_generated_code_equals_interpreter(catalog: Catalog, program: Program, name: str) -> None:
    """Over every choice of known and unknown marker facts: generated, walked and interpreted."""
    kernel: Kernel = catalog.kernels[name]
    compiled = program.compiled(kernel)
    interpreter = Interpreter(catalog, kernel, catalog.capabilities(kernel))
    decider = Decider(compiled, Group.EXCLUSIVE, MARKER)
    for row in every_choice(MARKER):
        expected = interpreter.partial_outcomes(given(row))
        decision = decider(row)
        assert decider.look_up(row) == decision
        assert (expected and expected["exclusive"]) == (decision and decision.value), row
