"""Build a catalog: put the offers of all plugins together, and refuse what does not fit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from swapin.catalog.loading import DECLARED, Candidate, Offer, Origin, discover, offers_of
from swapin.catalog.selection import selection
from swapin.model import (
    Architecture,
    Backend,
    CatalogError,
    Constraint,
    Expression,
    Fact,
    Invariant,
    Kernel,
    Kind,
    Outcome,
    Property,
    Rule,
    Spelling,
    Transition,
)
from swapin.model.errors import clipped, listed, near_match
from swapin.model.pte import TYPE_BITS
from swapin.model.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from swapin.catalog.entries import Entry

ENTRY_TYPES = 1 << TYPE_BITS
"""Types that an entry can have, swap or not."""

SWAP_ENTRY = "swap"
"""The kind of an entry that names a slot on a swap device."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A plugin that was left out, and why."""

    origin: Origin
    error: CatalogError

    def __str__(self) -> str:
        return str(self.error)


class Catalog:
    """All that the loaded plugins declared, validated. Immutable once built.

    Worker processes can take it: pickled are the declarations, not the plugins, so the other
    side has the same catalog whatever is installed or selected there.
    """

    def __init__(self, offers: Iterable[Offer], failures: Iterable[Failure] = ()) -> None:
        self.offers = tuple(offers)
        self.failed = tuple(failures)
        self.facts: Mapping[str, Fact] = self._by("facts", lambda fact: fact.name)
        self.atoms: Mapping[str, Fact] = MappingProxyType(
            {atom: fact for fact in self.facts.values() for atom in fact.atoms}
        )
        """What expressions may read, with the fact that it belongs to."""
        self.rules: Mapping[str, Rule] = MappingProxyType(
            dict(sorted(self._by("rules", lambda rule: rule.id).items(), key=_rule_place))
        )
        single = (fact.one_value for fact in self.facts.values())
        self.constraints: Mapping[str, Constraint] = MappingProxyType(
            {
                **self._by("constraints", lambda c: c.id),
                **{constraint.id: constraint for constraint in single if constraint},
            }
        )
        self.invariants: Mapping[str, Invariant] = self._by("invariants", lambda i: i.id)
        kernels = self._by("kernels", lambda kernel: kernel.name).items()
        self.kernels: Mapping[str, Kernel] = MappingProxyType(
            dict(sorted(kernels, key=lambda item: (item[1].at, item[1].variant)))
        )
        self.architectures: Mapping[str, Architecture] = self._by(
            "architectures", lambda architecture: architecture.name
        )
        self.backends: Mapping[str, Backend] = self._by("backends", lambda backend: backend.name)
        self.spellings: Mapping[str, Spelling] = self._by("spellings", lambda s: s.name)
        self.properties: Mapping[str, Property] = self._by("properties", lambda p: p.name)
        self.transitions: Mapping[str, Transition] = self._by("transitions", lambda t: t.id)

    def __reduce__(self) -> tuple[type[Catalog], tuple[tuple[Offer, ...], tuple[Failure, ...]]]:
        return Catalog, (self.offers, self.failed)

    def _by(self, attribute: str, name: Callable[[Any], str]) -> Mapping[str, Any]:
        found = {
            name(declared): declared
            for offer in self.offers
            for declared in getattr(offer, attribute)
        }
        # By name, so that nothing depends on the order of plugins or of their modules.
        return MappingProxyType(dict(sorted(found.items())))

    @property
    def degraded(self) -> bool:
        """Whether a plugin was left out."""
        return bool(self.failed)

    @property
    def failures(self) -> tuple[str, ...]:
        """What was left out and why, one line each."""
        return tuple(str(failure) for failure in self.failed)

    @cached_property
    def edition(self) -> str:
        """The editions of all plugins that have one, joined by ``+``."""
        return "+".join(sorted(offer.edition for offer in self.offers if offer.edition))

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits over everything declared.

        Equal for equal declarations, whatever the order of installation or of files.
        """
        import hashlib
        import json

        declared = sorted(
            json.dumps(_plain(declaration), sort_keys=True)
            for offer in self.offers
            for attribute in DECLARED
            for declaration in getattr(offer, attribute)
        )
        return hashlib.sha256("\n".join(declared).encode()).hexdigest()[:12]

    def kernel(self, release: str, variant: str = "") -> Kernel | None:
        """The kernel preset of a release, or of a variant of it; ``None`` if unknown.

        The name of a variant alone, in place of a release, will do.
        """
        found = self.kernels.get(variant or release)
        if found is None or (variant and found.release != release):
            return None
        return found

    def lineage(self, kernel: Kernel) -> list[Kernel]:
        """The kernel and those that it starts from, oldest first."""
        line = [kernel]
        while line[0].after:
            line.insert(0, self.kernels[line[0].after])
        return line

    def said(self, state: Mapping[str, bool]) -> list[str]:
        """The atoms of a state as a person writes them; of a choice, the value that it has."""
        chosen = {self.atoms[atom].name for atom, held in state.items() if held}
        return [
            self.atoms[atom].said(atom, held)
            for atom, held in state.items()
            if held or not self.atoms[atom].values or self.atoms[atom].name not in chosen
        ]

    def capabilities(self, kernel: Kernel) -> dict[str, bool]:
        """Every ``kernel.*`` fact with its value in a kernel."""
        found = {name: False for name, fact in self.facts.items() if fact.capability}
        for ancestor in self.lineage(kernel):
            found.update(ancestor.capabilities)
        return found

    def last_to_rule(self, outcomes: Collection[Outcome]) -> Origin:
        """The last plugin, in the order of loading, with a rule of one of these outcomes."""
        for offer in reversed(self.offers):
            replaced = (rule for kernel in offer.kernels for rule in kernel.replaces)
            if any(rule.outcome in outcomes for rule in (*offer.rules, *replaced)):
                return offer.origin
        return self.offers[-1].origin if self.offers else Origin("-", "-", "")

    @cached_property
    def software_bits(self) -> tuple[str, ...]:
        """Every software bit that some layout of a swap PTE has, such as ``swp_exclusive``."""
        layouts = (layout for known in self.architectures.values() for layout in known.layouts)
        return tuple(sorted({flag for layout in layouts for flag in layout.flags}))

    def page_flags(self, kernel: Kernel) -> Mapping[str, int]:
        """Bit numbers of ``folio->flags`` in a kernel; empty if they are not known."""
        for ancestor in reversed(self.lineage(kernel)):
            if ancestor.page_flags is not None:
                return ancestor.page_flags
        return {}

    def entry_kinds(self, kernel: Kernel) -> tuple[str, ...]:
        """Kinds of non-swap entry of a kernel, the last one of type 31; empty if not known."""
        line = reversed(self.lineage(kernel))
        return next((known.entry_kinds for known in line if known.entry_kinds is not None), ())

    def max_swapfiles(self, kernel: Kernel) -> int:
        """``MAX_SWAPFILES`` of a kernel; 0 if it is not known."""
        kinds = self.entry_kinds(kernel)
        return ENTRY_TYPES - len(kinds) if kinds else 0

    def entry_kind(self, kernel: Kernel, type: int) -> str:
        """What an entry of this type is: ``swap``, ``hwpoison``, ``migration_read``.

        :param type: ``swp_type()``, 0 to 31.
        :returns: an empty string if the kinds of the kernel are not known.
        """
        kinds = self.entry_kinds(kernel)
        if not kinds:
            return ""
        index = type - (ENTRY_TYPES - len(kinds))
        return kinds[index] if index >= 0 else SWAP_ENTRY

    def marker_bits(self, kernel: Kernel) -> Mapping[str, int]:
        """Masks in the offset of a ``pte_marker`` entry, by meaning."""
        line = reversed(self.lineage(kernel))
        return next((known.marker_bits for known in line if known.marker_bits is not None), {})

    def violates(self, kernel: Kernel) -> Mapping[str, str]:
        """Invariants that a kernel is known to break, by id, and why.

        A kernel breaks what the one that it starts from breaks, unless it says that it does not.
        """
        found: dict[str, str] = {}
        for ancestor in self.lineage(kernel):
            found.update(ancestor.violates)
        return {invariant: why for invariant, why in found.items() if why}

    def rules_of(self, kernel: Kernel) -> tuple[Rule, ...]:
        """The rules of a kernel, with those that it or an ancestor replaces."""
        rules = dict(self.rules)
        for ancestor in self.lineage(kernel):
            rules.update((rule.id, rule) for rule in ancestor.replaces)
        return tuple(rules.values())

    def transitions_of(self, kernel: Kernel) -> tuple[Transition, ...]:
        """The transitions of a kernel, with those that it or an ancestor replaces."""
        found = dict(self.transitions)
        for ancestor in self.lineage(kernel):
            found.update((changed.id, changed) for changed in ancestor.replaces_transitions)
        return tuple(found.values())

    def entries(self, kind: str) -> tuple[Entry, ...]:
        """The entries of a kind (:data:`swapin.catalog.KINDS`), ordered.

        :raises LookupError: there is no such kind.
        """
        from swapin.catalog.entries import entries_of

        return entries_of(self, kind)

    def entry(self, kind: str, name: str) -> Entry:
        """One entry; of backends also a stack, its layers parted by ``/``.

        :raises LookupError: there is none; the message suggests a near match.
        """
        if kind == "backends" and "/" in name:
            from swapin.catalog.entries import stack_entry

            return stack_entry(self, name)
        entries = {entry.name: entry for entry in self.entries(kind)}
        if name not in entries:
            near = near_match(name, entries) or f"; there are {listed(entries, limit=60)}"
            raise LookupError(f"no {kind[:-1]} `{clipped(name)}`{near}")
        return entries[name]


def _rule_place(item: tuple[str, Rule]) -> tuple[int, Kind, str]:
    """Rules in the order of their outcomes, claims first."""
    name, rule = item
    return list(Outcome).index(rule.outcome), rule.kind, name


def _plain(value: Any) -> Any:
    """A declaration as JSON data, for the fingerprint."""
    from dataclasses import fields, is_dataclass

    if isinstance(value, Expression):
        return str(value)
    if isinstance(value, Enum):
        return value.value if isinstance(value.value, str) else value.name
    if is_dataclass(value):
        return [
            type(value).__name__,
            *(_plain(getattr(value, field.name)) for field in fields(value)),
        ]
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    return value


def _offers(candidate: Candidate, load_seconds: float | None) -> Offer:
    if load_seconds is None:
        return offers_of(candidate)
    # Threads cost a command time that only a server has to spare.
    from swapin.catalog.bounded import offers_within

    return offers_within(candidate, load_seconds)


def load_catalog(
    strict: bool | None = None,
    candidates: Iterable[Candidate] | None = None,
    left_out: Iterable[Failure] = (),
    *,
    load_seconds: float | None = None,
) -> Catalog:
    """Load the installed plugins, each inside its own boundary.

    All of them, unless the environment or the configuration file selects
    (:mod:`swapin.catalog.selection`).

    A plugin that fails, or that declares what does not fit, is left out whole and reported;
    the catalog is then *degraded*.

    :param strict: raise instead of leaving a plugin out; ``None``: as environment or
        configuration file have it, and no for given *candidates*.
    :param candidates: plugins to load in place of the installed ones, whatever is selected.
    :param left_out: plugins that failed before, not to be loaded again.
    :param load_seconds: how long each plugin may take; it is then loaded on a thread of its
        own. ``None``: as long as it likes.
    :raises CatalogError: *strict*, and a plugin failed.
    :raises LookupError: a setting of the selection cannot be followed.

    .. versionadded:: 0.1
    """
    from swapin.catalog.validation import refusals

    offers: list[Offer] = []
    failures = list(left_out)
    failed = {failure.origin for failure in failures}
    if candidates is None:
        selected = selection(strict=strict)
        candidates, strict = selected.chosen(discover()), selected.strict
    for candidate in candidates:
        if candidate.origin in failed:
            continue
        try:
            offers.append(_offers(candidate, load_seconds))
        except CatalogError as error:
            if strict:
                raise
            failures.append(Failure(candidate.origin, error))
    # Leaving one plugin out can take away what another builds on, so look again until
    # nothing more is refused.
    while True:
        catalog = Catalog(offers, failures)
        refused = refusals(catalog)
        if not refused:
            return catalog
        if strict:
            raise next(iter(refused.values()))
        failures.extend(Failure(origin, error) for origin, error in refused.items())
        offers = [offer for offer in offers if offer.origin not in refused]
