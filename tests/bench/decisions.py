"""One marker decision in process: swapin beside plain Python and two rule engines.

All candidates decide the same six facts, and are checked to agree before anything is timed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import business_rules
import rule_engine
from business_rules.actions import BaseActions, rule_action
from business_rules.fields import FIELD_TEXT
from business_rules.variables import BaseVariables, boolean_rule_variable
from measure import Row, each, interleaved, rows

from swapin import Fault, Program, load_catalog
from swapin.model import Depth, Group
from swapin.program import Decider

KERNEL = "6.1"
BIT, HAVE = "pte.swp_exclusive", "pte.have_arch_swp_exclusive"
FRESH, KSM, WRITEBACK = "folio.fresh", "folio.ksm", "folio.writeback"
STABLE = "swap_device.stable_writes"
FACTS = (BIT, HAVE, FRESH, KSM, WRITEBACK, STABLE)

State = Mapping[str, Any]


def chain(fault: State) -> bool:
    """What a person would write for the answer alone."""
    if fault[KSM]:
        return False
    if fault[FRESH]:
        return True
    if fault[BIT] and fault[HAVE]:
        return not (fault[WRITEBACK] and fault[STABLE])
    return False


def chain_with_rule(fault: State) -> tuple[bool, str]:
    """The same, naming the rule."""
    if fault[KSM]:
        return False, "ksm"
    if fault[FRESH]:
        return True, "swapcache.fresh"
    if fault[BIT] and fault[HAVE]:
        if fault[WRITEBACK] and fault[STABLE]:
            return False, "writeback.stable-writes"
        return True, "pte.swp-exclusive"
    return False, ""


# rule-engine: one expression a rule, asked in turn.
_ENGINE = [
    (rule_engine.Rule(text), answer, name)
    for text, answer, name in (
        ("ksm", False, "ksm"),
        ("fresh", True, "swapcache.fresh"),
        ("writeback and stable and bit and have", False, "writeback.stable-writes"),
        ("bit and have", True, "pte.swp-exclusive"),
    )
]


def by_rule_engine(fault: State) -> tuple[bool, str]:
    """rule-engine, over a dictionary of short names."""
    for rule, answer, name in _ENGINE:
        if rule.matches(fault):
            return answer, name
    return False, ""


class _Variables(BaseVariables):  # type: ignore[misc]
    def __init__(self, fault: State) -> None:
        self.fault = fault


def _variable(name: str) -> Any:
    def read(self: _Variables) -> bool:
        return bool(self.fault[name])

    read.__name__ = name
    return boolean_rule_variable()(read)


for _name in ("bit", "have", "fresh", "ksm", "writeback", "stable"):
    setattr(_Variables, _name, _variable(_name))


class _Actions(BaseActions):  # type: ignore[misc]
    def __init__(self) -> None:
        self.said: tuple[bool, str] = (False, "")

    @rule_action(params={"name": FIELD_TEXT, "answer": FIELD_TEXT})  # type: ignore[misc]
    def say(self, name: str, answer: str) -> None:
        self.said = (answer == "yes", name)


def _when(**wanted: bool) -> dict[str, Any]:
    return {
        "all": [
            {"name": name, "operator": "is_true" if value else "is_false", "value": True}
            for name, value in wanted.items()
        ]
    }


def _then(name: str, answer: bool) -> list[dict[str, Any]]:
    return [{"name": "say", "params": {"name": name, "answer": "yes" if answer else "no"}}]


_RULES = [
    {"conditions": _when(ksm=True), "actions": _then("ksm", False)},
    {"conditions": _when(fresh=True), "actions": _then("swapcache.fresh", True)},
    {
        "conditions": _when(writeback=True, stable=True, bit=True, have=True),
        "actions": _then("writeback.stable-writes", False),
    },
    {"conditions": _when(bit=True, have=True), "actions": _then("pte.swp-exclusive", True)},
]


def by_business_rules(fault: State) -> tuple[bool, str]:
    """business-rules, stopping at the first rule that triggers."""
    actions = _Actions()
    business_rules.run_all(_RULES, _Variables(fault), actions, stop_on_first_trigger=True)
    return actions.said


def run(rounds: int) -> list[Row]:
    """Nanoseconds a decision of every candidate, and ratios to the plain chain."""
    program = Program(load_catalog(strict=True))
    compiled = program.compiled(program.catalog.kernels[KERNEL])
    decider = Decider(compiled, Group.EXCLUSIVE, FACTS)
    chance = random.Random(1)
    states = [{name: chance.random() < 0.5 for name in FACTS} for _ in range(4000)]
    states = [state for state in states if decider(state) is not None][:1000]
    short = [
        {name.rpartition(".")[2].removesuffix("_writes"): state[name] for name in FACTS}
        | {"bit": state[BIT], "have": state[HAVE]}
        for state in states
    ]
    partial = [{**state, chance.choice(FACTS): None} for state in states]
    faults = [Fault(release=KERNEL, facts=state) for state in states]
    _check(decider, program, states, short)
    value = decider.decide

    def whole(depth: Depth) -> Callable[[Fault], object]:
        return lambda fault: program.evaluate(fault, depth)

    candidates: dict[str, tuple[Callable[[Any], object], list[Any]]] = {
        "plain if chain": (chain, states),
        "plain if chain, names the rule": (chain_with_rule, states),
        "swapin decider, value": (lambda row: value(row).value, states),  # type: ignore[union-attr]
        "swapin decider, with deciding rules": (value, states),
        "swapin decider, one fact unknown": (value, partial),
        "swapin whole verdict, outcomes": (whole(Depth.NONE), faults),
        "swapin whole verdict, deciding rules": (whole(Depth.DECIDING), faults),
        "rule-engine": (by_rule_engine, short),
        "business-rules": (by_business_rules, short[:100]),
    }
    figures = interleaved(
        rounds, {name: _timer(function, inputs) for name, (function, inputs) in candidates.items()}
    )
    found = rows(figures, "ns", "plain if chain")
    for row in found:
        row["remark"] = f" ({1e9 / row['figure']:,.0f} a second)"
    return found


def _timer(function: Callable[[Any], object], inputs: list[Any]) -> Callable[[], float]:
    return lambda: each(function, inputs)


def _check(
    decider: Decider, program: Program, states: list[dict[str, bool]], short: list[dict[str, bool]]
) -> None:
    """Every candidate gives the same answer and names the same rule."""
    for state, names in zip(states, short, strict=True):
        decision = decider(state)
        assert decision is not None
        answer, rule = chain_with_rule(state)
        assert answer == chain(state) == (decision.value == "ANSWER_YES")
        assert rule in (*decision.deciding, "")
        assert (answer, rule) == by_rule_engine(names)
    for names, state in list(zip(short, states, strict=True))[:100]:
        assert chain_with_rule(state) == by_business_rules(names)
        verdict = program.evaluate(Fault(release=KERNEL, facts=state))
        assert chain(state) == (verdict.outcomes["exclusive"] == "ANSWER_YES")
