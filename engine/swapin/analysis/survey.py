"""How the rules of plugins meet: which never fire, which never matter, which overlap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from swapin.analysis.diff import Life
from swapin.analysis.side import Meaning, Side, meanings, side_of
from swapin.analysis.states import usual
from swapin.catalog import Catalog
from swapin.model import Rule
from swapin.program.states import nearest


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A rule that changes no outcome on any kernel, whatever the fault."""

    rule: str
    plugin: str
    by: tuple[str, ...]
    """The other rules of its outcome that hold in that state; none: the rule never fires."""
    kernel: str
    """A kernel on which it fires; empty: there is none."""
    state: tuple[str, ...]
    """How the fault nearest to an ordinary one in which it fires differs from an ordinary one."""

    def __str__(self) -> str:
        if not self.kernel:
            return f"rule {self.rule} of plugin {self.plugin} fires on no kernel"
        told = f"rule {self.rule} of plugin {self.plugin} changes nothing"
        where = f"kernel {self.kernel}, {_said(self.state)}"
        if not self.by:
            return f"{told}: where it fires there is nothing to veto: {where}"
        return f"{told}: where it fires so do {', '.join(self.by)}: {where}"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rules of different plugins about one outcome that hold in one state."""

    outcome: str
    rules: tuple[str, str]
    plugins: tuple[str, str]
    conflict: bool
    """Whether they say different things; the veto wins, or the limit."""
    kernels: tuple[str, ...]
    state: tuple[str, ...]
    """The nearest such fault on the first of the kernels, as in :class:`Shadowed`."""

    def __str__(self) -> str:
        (one, two), (first, second) = self.rules, self.plugins
        verb = "disagree" if self.conflict else "say the same"
        return (
            f"rules {one} (plugin {first}) and {two} (plugin {second}) {verb} on {self.outcome}: "
            f"kernel {self.kernels[0]}, {_said(self.state)}"
        )


@dataclass(frozen=True, slots=True)
class Survey:
    """What a survey of all rules on all kernels found."""

    shadowed: tuple[Shadowed, ...]
    overlaps: tuple[Overlap, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "shadowed": [
                {
                    "rule": found.rule,
                    "plugin": found.plugin,
                    "by": list(found.by),
                    "kernel": found.kernel,
                    "state": list(found.state),
                }
                for found in self.shadowed
            ],
            "overlaps": [
                {
                    "outcome": found.outcome,
                    "rules": list(found.rules),
                    "plugins": list(found.plugins),
                    "conflict": found.conflict,
                    "kernels": list(found.kernels),
                    "state": list(found.state),
                }
                for found in self.overlaps
            ],
        }


def survey(catalog: Catalog) -> Survey:
    """Look at every rule on every kernel, over every admissible state."""
    lives = [Life(meaning) for meaning in kernels_of(catalog)]
    owners = {rule.id: offer.origin.plugin for offer in catalog.offers for rule in offer.rules}
    shadowed = [
        found for rule in catalog.rules.values() if (found := shadow(lives, rule, owners[rule.id]))
    ]
    overlaps = [
        met
        for one, two in combinations(catalog.rules.values(), 2)
        if one.outcome is two.outcome
        and owners[one.id] != owners[two.id]
        and (met := _overlap(lives, one, two, owners))
    ]
    return Survey(tuple(shadowed), tuple(overlaps))


def kernels_of(catalog: Catalog, names: Iterable[str] | None = None) -> list[Meaning]:
    """What the rules mean on the kernels of a catalog; those that decide alike once."""
    distinct: dict[Any, Side] = {}
    for name in catalog.kernels if names is None else names:
        side = side_of(catalog, name)
        key = (side.rules, tuple(sorted(side.known.items())))
        distinct.setdefault(key, side)
    return meanings(list(distinct.values()))


def shadow(lives: Sequence[Life], rule: Rule, plugin: str) -> Shadowed | None:
    """Why a rule changes nothing on any of these kernels; ``None``: on one it does."""
    fires: list[tuple[Life, Rule]] = []
    for life in lives:
        here = next(other for other in life.meaning.side.rules if other.id == rule.id)
        if life.fires(here):
            if life.matters(here):
                return None
            fires.append((life, here))
    if not fires:
        return Shadowed(rule.id, plugin, (), "", ())
    life, here = fires[0]
    meaning = life.meaning
    d = meaning.diagrams
    state = _nearest(meaning, d.all([life.states(here), meaning.rules[here.id]]))
    by = tuple(
        other.id
        for other in meaning.side.rules
        if other.outcome is here.outcome
        and other.id != here.id
        and d.restrict(meaning.rules[other.id], state) == d.true
    )
    return Shadowed(rule.id, plugin, by, meaning.side.kernel.name, _unusual(meaning, state))


def _overlap(
    lives: Sequence[Life], one: Rule, two: Rule, owners: Mapping[str, str]
) -> Overlap | None:
    met = []
    for life in lives:
        meaning = life.meaning
        d = meaning.diagrams
        both = d.all([life.states(one), meaning.rules[one.id], meaning.rules[two.id]])
        if both != d.false:
            met.append((meaning, both))
    if not met:
        return None
    meaning, both = met[0]
    return Overlap(
        outcome=one.outcome.value,
        rules=(one.id, two.id),
        plugins=(owners[one.id], owners[two.id]),
        conflict=one.kind is not two.kind,
        kernels=tuple(meaning.side.kernel.name for meaning, _ in met),
        state=_unusual(meaning, _nearest(meaning, both)),
    )


def _nearest(meaning: Meaning, condition: int) -> dict[str, bool]:
    """The state of a condition nearest to an ordinary fault: every atom that is read."""
    ordinary = usual(meaning.side.catalog)
    partial = nearest(meaning.diagrams, condition, ordinary)
    assert partial is not None, "the condition holds somewhere"
    return {name: ordinary.get(name, False) for name in meaning.facts} | partial


def _unusual(meaning: Meaning, state: Mapping[str, bool]) -> tuple[str, ...]:
    catalog = meaning.side.catalog
    ordinary = usual(catalog)
    differs = {name: held for name, held in state.items() if held != ordinary.get(name, False)}
    shown = {n: held for n, held in differs.items() if held or not catalog.atoms[n].values}
    return tuple(catalog.said(shown))


def _said(state: Sequence[str]) -> str:
    return ", ".join(state) or "an ordinary fault"
