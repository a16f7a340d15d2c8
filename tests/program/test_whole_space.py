"""The whole admissible space: yardsticks, the interpreter and the compiled forms agree.

Two states that agree on every fact that a rule or a yardstick reads have the same verdict, so
the space is enumerated over those facts: every combination that some admissible state has.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from rows import MARKER, every_choice, given
from swapin.catalog import Catalog
from swapin.model import Answer, Group, Kernel, Kind
from swapin.program import Decider, Program
from swapin.program.compiled import Compiled, Finding
from swapin.program.interpreter import Interpreter
from swapin.program.states import count as space
from yardsticks.choose import READ as ASKED
from yardsticks.choose import yardstick_for

# What yardsticks read of how a fault ends.
ENDS = (
    "access.vma_lock",
    "folio.allocated",
    "folio.anon",
    "folio.entry_matches",
    "folio.hwpoison",
    "folio.ksm_copy",
    "folio.large",
    "folio.locked",
    "folio.range_matches",
    "folio.swapcache_hit",
    "folio.uptodate",
    *(name for name in ASKED if name.startswith("pte.entry.")),
    "pte.same",
    "swap_count",
    "swap_device.available",
    "swap_device.synchronous_io",
    "swap_slot.claimed",
    "vma.uffd_wp",
)
# Of these, what a fault that maps its folio leaves open; the others follow from that it does.
OPEN = (
    "folio.anon",
    "folio.ksm_copy",
    "folio.large",
    "folio.range_matches",
    "folio.swapcache_hit",
    "swap_count",
    "swap_device.synchronous_io",
    "vma.uffd_wp",
)
MAPS = (
    "folio.allocated",
    "folio.entry_matches",
    "folio.locked",
    "folio.uptodate",
    "pte.entry.swap",
    "pte.same",
    "swap_device.available",
    "swap_slot.claimed",
)
"""Yes in a fault that maps its folio, where yardsticks ask about it; the rest is no."""
READ = tuple(name for name in ASKED if name in OPEN or name not in ENDS)
"""What yardsticks read of a fault that maps its folio."""
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


def ends(compiled: Compiled) -> Iterator[dict[str, bool]]:
    """Every way in which a fault can go, as far as a rule or a yardstick tells them apart."""
    names = [name for name in compiled.facts if name in ENDS]
    return compiled.states(compiled.condition_of_admissible, names)


def states(compiled: Compiled) -> Iterator[dict[str, bool]]:
    """Every fault that maps its folio, as far as a rule or a yardstick tells them apart."""
    names = [name for name in compiled.facts if name in READ]
    return compiled.states(compiled.condition_of_mapped, names)


def completed(state: dict[str, bool]) -> dict[str, bool]:
    """The state as a yardstick takes it; a fact that this kernel's rules do not read is no."""
    return {**dict.fromkeys(ASKED, False), **dict.fromkeys(MAPS, True), **state}


def told(finding: Finding) -> dict[str, str]:
    """The outcomes, but for what the model does not cover."""
    limited = {
        name
        for name, deciding in finding.deciding.items()
        if any(rule.kind is Kind.LIMIT for rule in deciding)
    }
    return {name: value for name, value in finding.outcomes.items() if name not in limited}


def as_verdict(found: dict[str, object]) -> dict[str, str]:
    """A yardstick's answer in the values of a verdict."""
    return {
        name: (Answer.YES if value else Answer.NO).value
        if isinstance(value, bool)
        else f"{name.upper()}_{value}"
        for name, value in found.items()
    }


def test_every_behaviour_is_tested(catalog: Catalog, program: Program) -> None:
    """No kernel decides by rules and capabilities that the list above leaves out."""
    tested = [program.compiled(catalog.kernels[name]) for name in EVERY_BEHAVIOUR]

    assert len(tested) == len({id(compiled) for compiled in tested})
    for name, kernel in catalog.kernels.items():
        assert program.compiled(kernel) in tested, name


def _marked(name: str) -> Any:
    # Those that real kernels were recorded of, and the patch as posted, are for every day.
    daily = name in {"5.10", "5.19", "6.1", "6.12", "7.3", "v2-posted"}
    return pytest.param(name, marks=[] if daily else [pytest.mark.slow])


@pytest.mark.parametrize("name", [_marked(name) for name in EVERY_BEHAVIOUR])
def test_engine_equals_yardstick(
    catalog: Catalog, program: Program, name: str, record_property: object
) -> None:
    """In every admissible state the engine says what the yardstick of the era says."""
    kernel = catalog.kernels[name]
    compiled = program.compiled(kernel)
    decide = yardstick_for(kernel.release, kernel.variant or None)
    count = 0
    for state in ends(compiled):
        finding = compiled.finding(state)
        assert finding is not None
        expected = as_verdict({"path": decide(completed(state))["path"]})
        limited = Kind.LIMIT in {rule.kind for rule in finding.deciding["path"]}
        assert limited == (expected["path"] == "PATH_UNDETERMINED"), state
        assert expected["path"] == finding.outcomes["path"], state
        count += 1
    for state in states(compiled):
        finding = compiled.finding(state)
        assert finding is not None
        expected = as_verdict(decide(completed(state)))
        assert expected == expected | told(finding) | {"path": "PATH_MAPPED"}, state
        count += 1
    admissible = space(compiled.diagrams, compiled.condition_of_admissible, compiled.facts)
    print(f"{name}: {count} cases, which are all of {admissible:,} admissible states")
    assert count > 1000


PART = 300
"""States of each table that both forms are run in, one by one."""


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
    """In states that the rules tell apart, both forms give the same answer and rules."""
    kernel = catalog.kernels[name]
    compiled = program.compiled(kernel)
    interpreter = Interpreter(catalog, kernel, catalog.capabilities(kernel))
    chance = random.Random(name)
    for table, condition in (
        (compiled.paths, compiled.condition_of_admissible),
        (compiled.mapped, compiled.condition_of_mapped),
    ):
        every = list(compiled.states(condition, table.facts))
        mine = {rule.id for rule in table.rules}
        for state in chance.sample(every, min(PART, len(every))):
            full = total(compiled, condition, state)
            finding = compiled.finding(full)
            assert finding is not None
            assert interpreter.admissible(full)
            assert interpreter.outcomes(full) == dict(finding.outcomes)
            held = {rule for rule in mine if finding.truths[rule] is Answer.YES}
            assert held == interpreter.holding(full) & mine


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
