"""What a catalog refuses, and in whose name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from copy import copy
from itertools import combinations
from typing import TYPE_CHECKING

from swapin.catalog.loading import Offer, Origin
from swapin.model import (
    EFFECTS,
    FIELDS,
    PAGE_ATOMS,
    TRUE,
    Atom,
    Backend,
    Binding,
    CatalogError,
    Constraint,
    Expression,
    Kernel,
    Outcome,
    Property,
    Releases,
    Rule,
    Spelling,
    Transition,
    all_of,
)
from swapin.model.errors import near_match
from swapin.model.pte import TYPE_BITS
from swapin.model.satisfiability import model_of, satisfiable

if TYPE_CHECKING:
    from swapin.catalog.build import Catalog

_OUTCOMES = {outcome.yes.name: outcome for outcome in Outcome}


def refusals(catalog: Catalog) -> dict[Origin, CatalogError]:
    """The plugins that do not fit, each with the first declaration that does not.

    One pass: a plugin that only suffers from another's fault is judged again without it.
    """
    refused: dict[Origin, CatalogError] = {}
    taken: dict[tuple[str, str], Origin] = {}
    space = _Space(catalog)
    judged: list[Offer] = []
    for offer in catalog.offers:
        # Only the constraints of plugins that came before, so that no stranger silences them.
        within = space.narrowed(offer.constraints)
        faults = (
            *_faults(catalog, offer, taken, within),
            *(_silenced(offer, judged, within) if within is not space else ()),
        )
        for declaration, message in faults:
            refused[offer.origin] = CatalogError(
                offer.origin.plugin, offer.origin.distribution, declaration, message
            )
            break
        else:
            space = within
            judged.append(offer)
    if not refused:
        circle = _outcome_circle(catalog)
        if circle is not None:
            origin, declaration, message = circle
            refused[origin] = CatalogError(origin.plugin, origin.distribution, declaration, message)
    return refused


def _faults(
    catalog: Catalog, offer: Offer, taken: dict[tuple[str, str], Origin], space: _Space
) -> Iterator[tuple[str, str]]:
    """Declaration and message of everything wrong in an offer; *taken* grows."""
    for kind, name in _names(offer):
        if (kind, name) in taken:
            other = taken[kind, name]
            whose = f"plugin `{other.plugin}` of distribution `{other.distribution}`"
            yield f"{kind} {name}", f"this name is taken by an earlier declaration of {whose}"
        taken[kind, name] = offer.origin
    names = {*FIELDS, *(name for kind, name in taken if kind == "fact")}
    holders = {name.partition(".")[0] for name in names if "." in name}
    for fact in offer.facts:
        yield from _fact_faults(fact.name, names, holders)
    for rule in offer.rules:
        yield from _rule_faults(catalog, rule, space)
    for constraint in offer.constraints:
        declaration = f"constraint {constraint.id}"
        yield from _unknown(catalog, declaration, constraint.holds, outcomes=False)
    for invariant in offer.invariants:
        yield from _unknown(catalog, f"invariant {invariant.id}", invariant.holds)
    for kernel in offer.kernels:
        yield from _kernel_faults(catalog, kernel, space)
    for architecture in offer.architectures:
        declaration = f"architecture {architecture.name}"
        yield from _binding_faults(catalog, declaration, architecture.bindings)
        if any(binding.value is None for binding in architecture.bindings):
            yield declaration, "an architecture has no layer below to inherit from"
        if _overlap([layout.releases for layout in architecture.layouts]):
            yield declaration, "two layouts hold for one release"
        for layout in architecture.layouts:
            if layout.collisions:
                yield declaration, f"fields of a layout collide in bits {layout.collisions:#x}"
            for flag in layout.flags:
                if f"pte.{flag}" not in catalog.facts:
                    yield declaration, f"unknown fact `pte.{flag}` in a layout"
    for spelling in offer.spellings:
        yield from _spelling_faults(catalog, spelling)
    for backend in offer.backends:
        yield from _backend_faults(catalog, backend)
    for known in offer.properties:
        yield from _property_faults(catalog, known)
    replaced = [changed for kernel in offer.kernels for changed in kernel.replaces_transitions]
    for transition in (*offer.transitions, *replaced):
        yield from _transition_faults(catalog, transition)


def _names(offer: Offer) -> Iterator[tuple[str, str]]:
    yield from (("fact", fact.name) for fact in offer.facts)
    yield from (("rule", rule.id) for rule in offer.rules)
    yield from (("constraint", constraint.id) for constraint in offer.constraints)
    yield from (("invariant", invariant.id) for invariant in offer.invariants)
    yield from (("kernel", kernel.name) for kernel in offer.kernels)
    yield from (("architecture", architecture.name) for architecture in offer.architectures)
    yield from (("backend", backend.name) for backend in offer.backends)
    yield from (("spelling", spelling.name) for spelling in offer.spellings)
    yield from (("transition", transition.id) for transition in offer.transitions)
    # A binding names a fact or a property, so the two share their names.
    yield from (("fact", known.name) for known in offer.properties)


def _fact_faults(
    name: str, names: Collection[str], holders: Collection[str]
) -> Iterator[tuple[str, str]]:
    """What a fact cannot be called, beside all facts so far and the fields that are none."""
    holder, dot, _ = name.partition(".")
    if name in FIELDS:
        yield f"fact {name}", "a description has a field of this name, which is no fact"
    elif dot and holder in names:
        yield f"fact {name}", f"`{holder}` is a field of a description, and has none in it"
    elif name in holders:
        yield f"fact {name}", f"`{name}` is an object of a description, with fields in it"


def _transition_faults(catalog: Catalog, transition: Transition) -> Iterator[tuple[str, str]]:
    declaration = f"transition {transition.id}"
    if transition.effect not in EFFECTS[transition.event]:
        told = ", ".join(EFFECTS[transition.event])
        yield (
            declaration,
            f"`{transition.event}` has no effect `{transition.effect}`; it has {told}",
        )
    known = transition.when.substitute(dict.fromkeys(PAGE_ATOMS, TRUE))
    yield from _unknown(catalog, declaration, known, outcomes=False)


def _unknown(
    catalog: Catalog, declaration: str, expression: Expression, outcomes: bool = True
) -> Iterator[tuple[str, str]]:
    for name in expression.names():
        if name in catalog.atoms or (outcomes and name in _OUTCOMES):
            continue
        if name in _OUTCOMES:
            yield declaration, f"reads `{name}`; only facts may be read here"
        else:
            yield declaration, f"unknown fact `{name}`{near_match(name, catalog.atoms)}"


def _rule_faults(catalog: Catalog, rule: Rule, space: _Space) -> Iterator[tuple[str, str]]:
    declaration = f"rule {rule.id}"
    unknown = list(_unknown(catalog, declaration, rule.when))
    yield from unknown
    if not unknown and not space.meets(rule.when):
        yield declaration, "can never fire: no admissible state satisfies its condition"


def _spelling_faults(catalog: Catalog, spelling: Spelling) -> Iterator[tuple[str, str]]:
    declaration = f"spelling {spelling.name}"
    meant = () if spelling.means is None else (spelling.means,)
    for expression in (*meant, *spelling.gives.values()):
        yield from _unknown(catalog, declaration, expression, outcomes=False)
    for name in spelling.records:
        yield from _unknown(catalog, declaration, Atom(name))


def _silenced(offer: Offer, earlier: Sequence[Offer], space: _Space) -> Iterator[tuple[str, str]]:
    """Rules of earlier plugins that the constraints of a plugin keep from ever firing."""
    for other in earlier:
        replaced = (rule for kernel in other.kernels for rule in kernel.replaces)
        for rule in (*other.rules, *replaced):
            if not space.meets(rule.when):
                ids = ", ".join(constraint.id for constraint in offer.constraints)
                message = f"rule {rule.id} of plugin `{other.origin.plugin}` could never fire"
                yield f"constraint {ids}", message


class _Space:
    """The admissible states, as far as they had to be searched."""

    def __init__(self, catalog: Catalog) -> None:
        """Take the values of choices; constraints are added plugin by plugin."""
        single = (fact.one_value for fact in catalog.facts.values())
        self._admissible = all_of(constraint.holds for constraint in single if constraint)
        self._found: list[dict[str, bool]] = []
        self._atoms = catalog.atoms

    def narrowed(self, constraints: Sequence[Constraint]) -> _Space:
        """The space that also keeps to these, as far as their facts are known."""
        known = [c.holds for c in constraints if all(n in self._atoms for n in c.holds.names())]
        if not known:
            return self
        space = copy(self)
        space._admissible = all_of((self._admissible, *known))
        space._found = []
        return space

    def meets(self, condition: Expression) -> bool:
        """Whether some admissible state satisfies a condition.

        Outcomes that it reads are left free: what they are is other rules' business.
        """
        # A state that another rule was found to fire in will often do.
        if any(satisfiable(condition.given(state)) for state in self._found):
            return True
        state = model_of(condition & self._admissible)
        if state is None:
            return False
        self._found.append({name: state.get(name, False) for name in self._atoms})
        return True


def _kernel_faults(catalog: Catalog, kernel: Kernel, space: _Space) -> Iterator[tuple[str, str]]:
    declaration = f"kernel {kernel.name}"
    for name in kernel.capabilities:
        known = catalog.facts.get(name)
        if known is None:
            yield declaration, f"unknown capability `{name}`{near_match(name, catalog.facts)}"
        elif not known.capability:
            yield declaration, f"`{name}` is no capability; only `kernel.*` facts are"
    kinds = kernel.entry_kinds or ()
    if len({*kinds, "swap"}) != len(kinds) + 1 or len(kinds) >= 1 << TYPE_BITS:
        yield declaration, "entry kinds are distinct, leave types for swap, and none is `swap`"
    ancestor, passed = kernel, {kernel.name}
    while ancestor.after:
        following = catalog.kernels.get(ancestor.after)
        if following is None:
            near = near_match(ancestor.after, catalog.kernels)
            yield declaration, f"starts from unknown kernel `{ancestor.after}`{near}"
            break
        if following.name in passed:
            yield declaration, f"starts from itself through `{following.name}`"
            break
        passed.add(following.name)
        ancestor = following
    for name in kernel.violates:
        if name not in catalog.invariants:
            near = near_match(name, catalog.invariants)
            yield declaration, f"violates unknown invariant `{name}`{near}"
    for rule in kernel.replaces:
        if rule.id not in catalog.rules:
            near = near_match(rule.id, catalog.rules)
            yield declaration, f"replaces unknown rule `{rule.id}`{near}"
        for _, message in _rule_faults(catalog, rule, space):
            yield declaration, f"rule `{rule.id}`: {message}"


def _backend_faults(catalog: Catalog, backend: Backend) -> Iterator[tuple[str, str]]:
    declaration = f"backend {backend.name}"
    known = {*catalog.atoms, *catalog.properties}
    yield from _binding_faults(catalog, declaration, backend.bindings, known)
    if not backend.name or "/" in backend.name:
        yield declaration, "a name is not empty and has no `/`, which parts the layers of a stack"
    roles = {other.role for other in catalog.backends.values()}
    for role in backend.over:
        if role not in roles:
            yield declaration, f"lies over unknown role `{role}`{near_match(role, roles)}"
    for binding in backend.bindings:
        if binding.value is None and not backend.over:
            yield declaration, f"inherits `{binding.fact}` but lies over nothing"
        if binding.value is None and binding.below not in known:
            near = near_match(binding.below, known)
            yield declaration, f"inherits unknown fact `{binding.below}`{near}"
    for setting in backend.settings:
        if setting.fact not in known:
            near = near_match(setting.fact, known)
            yield declaration, f"a setting changes unknown fact `{setting.fact}`{near}"


def _property_faults(catalog: Catalog, known: Property) -> Iterator[tuple[str, str]]:
    names = {*catalog.atoms, *catalog.properties}
    for other in (known.otherwise, known.implies):
        if other and other not in names:
            message = f"refers to unknown fact `{other}`{near_match(other, names)}"
            yield f"property {known.name}", message


def _binding_faults(
    catalog: Catalog,
    declaration: str,
    bindings: tuple[Binding, ...],
    known: Collection[str] = (),
) -> Iterator[tuple[str, str]]:
    ranges: dict[str, list[Releases]] = {}
    for binding in bindings:
        if binding.fact not in (known or catalog.atoms):
            near = near_match(binding.fact, known or catalog.atoms)
            yield declaration, f"binds unknown fact `{binding.fact}`{near}"
        ranges.setdefault(binding.fact, []).append(binding.releases)
    for fact, found in ranges.items():
        if _overlap(found):
            yield declaration, f"binds `{fact}` twice for one release"


def _overlap(ranges: list[Releases]) -> bool:
    return any(
        not (
            (one.until is not None and two.since is not None and one.until < two.since)
            or (two.until is not None and one.since is not None and two.until < one.since)
        )
        for one, two in combinations(ranges, 2)
    )


def _outcome_circle(catalog: Catalog) -> tuple[Origin, str, str] | None:
    """A rule by which an outcome would depend on itself, and whose it is."""
    reads: dict[Outcome, dict[Outcome, tuple[Origin, Rule]]] = {}
    for offer in catalog.offers:
        replaced = (rule for kernel in offer.kernels for rule in kernel.replaces)
        for rule in (*offer.rules, *replaced):
            for name in rule.when.names():
                if name in _OUTCOMES:
                    needs = reads.setdefault(rule.outcome, {})
                    needs[_OUTCOMES[name]] = (offer.origin, rule)

    def reaches(outcome: Outcome, goal: Outcome, seen: set[Outcome]) -> bool:
        if outcome == goal:
            return True
        if outcome in seen:
            return False
        seen.add(outcome)
        return any(reaches(needed, goal, seen) for needed in reads.get(outcome, {}))

    # Judged from the last loaded plugin backwards, so that a stranger's rule which closes
    # a circle is the one that is refused.
    edges = [
        (outcome, needed, origin, rule)
        for outcome, needs in reads.items()
        for needed, (origin, rule) in needs.items()
    ]
    order = {offer.origin: index for index, offer in enumerate(catalog.offers)}
    for outcome, needed, origin, rule in sorted(edges, key=lambda e: -order[e[2]]):
        if reaches(needed, outcome, set()):
            message = f"outcome `{outcome.value}` would depend on itself by reading `{needed}`"
            return origin, f"rule {rule.id}", message
    return None
