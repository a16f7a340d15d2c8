"""Whether a rule or a state can be reached: where, how, or what blocks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from swapin.analysis.query import Query
from swapin.analysis.side import Meaning, Side, meanings, no_step, side_of
from swapin.analysis.states import usual
from swapin.catalog import Catalog, latched, layers_of
from swapin.model import Backend, Constraint, Expression, Kind, Outcome, all_of, any_of
from swapin.model.satisfiability import satisfiable
from swapin.program.states import nearest

_WRITEBACK = "folio.writeback"
_INSIDE = "swap_device.writes_inside"


_Texts = tuple[str, ...]
_Told = tuple[bool, _Texts, _Texts, _Texts, _Texts]
"""Reachable, witness, what it takes, what blocks it, and what would let it through."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer for kernels and devices that have the same one."""

    kernels: tuple[str, ...]
    devices: tuple[str, ...]
    """Stacks, top first, joined by ``/``; none if no device was asked about."""
    reachable: bool
    witness: tuple[str, ...] = ()
    """What is unusual about the reachable state that is nearest to an ordinary fault."""
    takes: tuple[str, ...] = ()
    """What it takes: threads, timing, settings."""
    blocked: tuple[str, ...] = ()
    """A smallest set of constraints and bindings that exclude it, each with its reason."""
    unless: tuple[str, ...] = ()
    """If blocked, what lets it through; if reachable, with what it could not be."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "kernels": list(self.kernels),
            "devices": list(self.devices),
            "reachable": self.reachable,
            "witness": list(self.witness),
            "takes": list(self.takes),
            "blocked": list(self.blocked),
            "unless": list(self.unless),
        }


@dataclass(frozen=True, slots=True)
class ReachReport:
    """Whether something can be reached, and where."""

    query: Query
    answers: tuple[Answer, ...]

    @property
    def reachable(self) -> bool:
        """Whether it can be reached anywhere that was asked about."""
        return any(answer.reachable for answer in self.answers)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "query": self.query.text,
            "reachable": self.reachable,
            "answers": [answer.to_dict() for answer in self.answers],
        }


def reach(
    catalog: Catalog,
    query: Query,
    kernels: Sequence[str] = (),
    devices: Sequence[str] = (),
    facts: Mapping[str, bool] | None = None,
    step: Callable[[], None] = no_step,
    look: Callable[[], None] = no_step,
) -> ReachReport:
    """Look for a state in which a rule holds, or an expression does.

    :param kernels: releases or variants; none means every one.
    :param devices: stacks joined by ``/``; none means that the device is left open.
    :param facts: atoms that the state must have.
    :param step: called after each device of each kernel; what it raises ends the work.
    :param look: called more often than that, between two steps too; the same.
    :raises FaultError: an unknown name.
    """
    named = list(kernels) or list(catalog.kernels)
    found: dict[_Told, dict[str, list[str]]] = {}
    sides = {name: side_of(catalog, name, facts=facts) for name in named}
    distinct: list[Side] = []
    for side in sides.values():
        if not any(_alike(side, known) for known in distinct):
            distinct.append(side)
    asked = [_Asked(meaning, query) for meaning in meanings(distinct, look)]
    for name, side in sides.items():
        (place,) = [one for one in asked if _alike(one.side, side)]
        for device in devices or ("",):
            told = place.answer(side, device, facts or {})
            found.setdefault(told, {}).setdefault(device, []).append(name)
            step()
    return ReachReport(query, tuple(_merged(found)))


def _merged(found: Mapping[_Told, Mapping[str, Sequence[str]]]) -> Iterator[Answer]:
    """One answer for all devices that have it on the same kernels."""
    for told, places in found.items():
        devices: dict[tuple[str, ...], list[str]] = {}
        for device, kernels in places.items():
            devices.setdefault(tuple(kernels), []).append(device)
        for kernels, names in devices.items():
            yield Answer(kernels, tuple(filter(None, names)), *told)


def _alike(one: Side, two: Side) -> bool:
    return (one.rules, one.known) == (two.rules, two.known)


class _Asked:
    """A query of one kernel, whatever the device."""

    def __init__(self, meaning: Meaning, query: Query) -> None:
        self.side = meaning.side
        self._meaning = meaning
        self._query = query
        d = meaning.diagrams
        self._condition = condition = _condition(query, meaning.side)
        node = d.condition(condition.given(meaning.side.known), meaning.outcomes)
        self._node = d.all([meaning.mapped if query.of_mapped else meaning.admissible, node])
        self._layers: tuple[Backend, ...] = ()
        self._kept: dict[tuple[tuple[str, bool], ...], _Told] = {}

    def answer(self, side: Side, device: str, facts: Mapping[str, bool]) -> _Told:
        """The answer under a device."""
        catalog = side.catalog
        flags = {}
        self._layers = ()
        if device:
            self._layers = layers_of(catalog, device.split("/"), "devices")
            flags = latched(catalog, self._layers, side.kernel.at)
        bound = {
            name: known.value
            for name, known in flags.items()
            if name in catalog.atoms and name not in facts
        }
        inside = flags[_INSIDE].value if _INSIDE in flags else None
        reasons = {
            name: f"{catalog.atoms[name].said(name, value)}: {flags[name].binding.because} "
            f"({flags[name].preset})"
            for name, value in bound.items()
        }
        layers = tuple((layer.name, True) for layer in self._layers)
        key = (
            *layers,
            *sorted(bound.items()),
            ("inside", bool(inside)),
            ("known", inside is not None),
        )
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._answered(bound, reasons, inside)
        return found

    def _answered(
        self, bound: Mapping[str, bool], reasons: Mapping[str, str], inside: bool | None
    ) -> _Told:
        d = self._meaning.diagrams
        catalog = self.side.catalog
        node = d.restrict(self._node, bound)
        ordinary = {**usual(catalog), **bound}
        state = nearest(d, node, ordinary)
        if state is None:
            blocking, bindings = self._blocking(bound, reasons)
            return False, (), (), blocking, tuple(self._unless(bound, bindings))
        unusual = {n: v for n, v in state.items() if v != ordinary.get(n, False)}
        shown = {n: v for n, v in unusual.items() if v or not catalog.atoms[n].values}
        return (
            True,
            tuple(catalog.said(shown)),
            tuple(self._takes({**bound, **state}, inside)),
            (),
            tuple(self._not_with(bound)),
        )

    def _not_with(self, bound: Mapping[str, bool]) -> Iterator[str]:
        """Remarks of the device on a fact with which the state could not be reached."""
        d = self._meaning.diagrams
        for layer in self._layers:
            for remark in layer.remarks:
                given, _, _ = remark.partition(":")
                name, _, value = given.partition("=")
                if name not in self.side.catalog.atoms or value not in ("true", "false"):
                    continue
                if d.restrict(self._node, {**bound, name: value == "true"}) == d.false:
                    yield remark

    def _takes(self, state: Mapping[str, bool], inside: bool | None) -> Iterator[str]:
        catalog = self.side.catalog
        if state.get(_WRITEBACK):
            if inside:
                yield (
                    "two threads: the write ends inside its submission, so that another thread "
                    "must fault meanwhile; the window is one write of the page"
                )
            elif inside is not None:
                yield "one thread, which faults before the device has completed the write"
            else:
                yield "a fault while the page is written"
        for name, value in state.items():
            fact = catalog.atoms[name]
            usual_here = fact.usual_atoms[name]
            if fact.takes and value != usual_here:
                yield fact.takes

    def _blocking(
        self, bound: Mapping[str, bool], reasons: Mapping[str, str]
    ) -> tuple[_Texts, _Texts]:
        """A smallest set of constraints and bindings without which it could be reached.

        :returns: the set in words, and the facts of its bindings.
        """
        catalog = self.side.catalog
        known = self.side.known
        wanted = _over_facts(self.side, self._condition)
        mapped = _over_facts(self.side, Outcome.PATH_MAPPED.yes) if self._query.of_mapped else None
        if not satisfiable(wanted):
            return (
                f"its condition cannot hold under the capabilities of {self.side.kernel.name}",
            ), ()
        constraints = list(catalog.constraints.values())
        bindings = dict(bound)

        def possible(kept: Iterable[Constraint], given: Mapping[str, bool]) -> bool:
            parts: list[Expression] = [wanted.given(given)]
            if mapped is not None:
                parts.append(mapped.given(given))
            parts += [constraint.holds.given(known).given(given) for constraint in kept]
            return satisfiable(all_of(parts))

        for constraint in list(constraints):
            rest = [other for other in constraints if other is not constraint]
            if not possible(rest, bindings):
                constraints = rest
        for name in list(bindings):
            others = {key: value for key, value in bindings.items() if key != name}
            if not possible(constraints, others):
                bindings = others
        told = [reasons[name] for name in bindings]
        told += [f"{constraint.because} [{constraint.id}]" for constraint in constraints]
        return tuple(told), tuple(bindings)

    def _unless(self, bound: Mapping[str, bool], bindings: _Texts) -> Iterator[str]:
        """Bindings that a setting, or a remark of the device, says can be otherwise."""
        d = self._meaning.diagrams
        for name in bindings:
            value = not bound[name]
            if d.restrict(self._node, {**bound, name: value}) == d.false:
                continue
            given = self.side.catalog.atoms[name].said(name, value)
            for layer in self._layers:
                for setting in layer.settings:
                    if (setting.fact, setting.value) == (name, value):
                        yield f"{layer.name}: {setting.setting}, {setting.when}"
                for remark in layer.remarks:
                    if given in remark:
                        yield f"{layer.name}: {remark}"


def _condition(query: Query, side: Side) -> Expression:
    """When what is asked about is the case: a claim holds, a veto has something to veto."""
    if query.rule is None:
        return query.condition
    # A variant may have another rule of this id.
    rule = next(rule for rule in side.rules if rule.id == query.rule.id)
    if rule.kind is not Kind.VETO:
        return rule.when
    claims = (
        other.when
        for other in side.rules
        if other.outcome is rule.outcome and other.kind is Kind.CLAIM
    )
    return rule.when & any_of(claims)


def _over_facts(side: Side, condition: Expression) -> Expression:
    """A condition with the outcomes that it reads replaced by what they mean."""
    from swapin.program.interpreter import Interpreter

    meanings_of = Interpreter(side.catalog, side.kernel, side.known).meanings
    return condition.given(side.known).substitute(meanings_of)
