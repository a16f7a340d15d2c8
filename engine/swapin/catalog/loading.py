"""Find plugins, load each inside its own boundary, and collect what it declares."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from itertools import islice
from types import ModuleType

from swapin.model import (
    Architecture,
    Backend,
    CatalogError,
    Constraint,
    Fact,
    Invariant,
    Kernel,
    Property,
    Rule,
    Spelling,
    Transition,
)
from swapin.model.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import pluggy

# Hook, attribute of an Offer that takes its declarations, and their type.
_HOOKS: tuple[tuple[str, str, type], ...] = (
    ("swapin_facts", "facts", Fact),
    ("swapin_rules", "rules", Rule),
    ("swapin_constraints", "constraints", Constraint),
    ("swapin_invariants", "invariants", Invariant),
    ("swapin_kernels", "kernels", Kernel),
    ("swapin_architectures", "architectures", Architecture),
    ("swapin_backends", "backends", Backend),
    ("swapin_spellings", "spellings", Spelling),
    ("swapin_properties", "properties", Property),
    ("swapin_transitions", "transitions", Transition),
)

DECLARED = tuple(attribute for _, attribute, _ in _HOOKS)
"""Attributes of an :class:`Offer` that hold declarations."""

# A plugin that calls sys.exit() fails as one that raises does.
_FAULTS = (Exception, SystemExit)

_MOST = 100_000
"""Declarations that one hook may hand over; a generator may have no end."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a plugin came from."""

    plugin: str
    """Name of the entry point."""
    distribution: str
    version: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".strip()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plugin that was found and not yet loaded."""

    origin: Origin
    load: Callable[[], Any]
    """Imports the plugin and returns the object that carries its hooks."""
    module: str = ""
    """The module that is imported; empty if it is not known."""


@dataclass(slots=True)
class Offer:
    """What one plugin declared."""

    origin: Origin
    edition: str = ""
    facts: list[Fact] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    invariants: list[Invariant] = field(default_factory=list)
    kernels: list[Kernel] = field(default_factory=list)
    architectures: list[Architecture] = field(default_factory=list)
    backends: list[Backend] = field(default_factory=list)
    spellings: list[Spelling] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    hooks: list[str] = field(default_factory=list)
    """Names of the hooks that it implements."""
    contract: int = 1
    """Version of the hooks that it was written for."""
    seconds: float = 0.0
    """How long importing it and calling its hooks took."""


def discover() -> list[Candidate]:
    """The plugins of every installed distribution, in an order that installing cannot change.

    swapin's own come first, so that a stranger's duplicate is the one that is refused.
    """
    from importlib.metadata import entry_points

    from swapin.catalog import hookspecs

    found = []
    for entry in entry_points(group=hookspecs.GROUP):
        distribution = entry.dist
        name = distribution.name if distribution else "unknown"
        version = distribution.version if distribution else ""
        found.append(Candidate(Origin(entry.name, name, version), entry.load, entry.module))
    return sorted(
        found,
        key=lambda plugin: (
            plugin.origin.distribution != hookspecs.PROJECT,
            plugin.origin.distribution,
            plugin.origin.plugin,
        ),
    )


def offers_of(candidate: Candidate) -> Offer:
    """Load one plugin and call its hooks.

    :raises CatalogError: whatever goes wrong in the plugin, under its name.
    """
    import pluggy

    from swapin.catalog import hookspecs

    origin = candidate.origin

    def refuse(declaration: str, message: str) -> CatalogError:
        return CatalogError(origin.plugin, origin.distribution, declaration, message)

    started = time.perf_counter()
    try:
        plugin = candidate.load()
    except _FAULTS as error:
        raise refuse("import", _said(error)) from error
    # A manager of its own for each plugin: nothing that one registers is seen by another.
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    offer = Offer(origin)
    try:
        manager.register(plugin)
        for module in _modules(manager):
            manager.register(module)
        manager.check_pending()
    except _FAULTS as error:
        raise refuse("registration", _said(error)) from error
    offer.contract = _contract(manager, refuse)
    offer.edition = _edition(manager, refuse)
    for hook, attribute, wanted in _HOOKS:
        collected = getattr(offer, attribute)
        for results in _call(manager, hook, refuse):
            for declaration in results:
                if not isinstance(declaration, wanted):
                    raise refuse(
                        hook, f"expected {wanted.__name__}, got {type(declaration).__name__}"
                    )
                if origin.distribution != hookspecs.PROJECT:
                    _look_at(declaration, refuse)
                collected.append(declaration)
        if getattr(manager.hook, hook).get_hookimpls():
            offer.hooks.append(hook)
    offer.seconds = time.perf_counter() - started
    return offer


def _look_at(declaration: Any, refuse: Callable[[str, str], CatalogError]) -> None:
    from swapin.catalog.shape import misfit, named

    try:
        wrong = misfit(declaration)
    except _FAULTS as error:
        # Nested deeper than Python goes, or an object that does not let itself be looked at.
        wrong = _said(error)
    if wrong:
        raise refuse(named(declaration), wrong)


def _modules(manager: pluggy.PluginManager) -> list[ModuleType]:
    named = [names for names in manager.hook.swapin_modules() if names is not None]
    return [importlib.import_module(name) for names in named for name in names]


def _contract(manager: pluggy.PluginManager, refuse: Callable[[str, str], CatalogError]) -> int:
    try:
        versions = [version for version in manager.hook.swapin_contract() if version is not None]
    except _FAULTS as error:
        raise refuse("swapin_contract", _said(error)) from error
    from swapin.catalog import hookspecs

    for version in versions:
        if type(version) is not int or not 1 <= version <= hookspecs.CONTRACT:
            message = f"written for version {version!r} of the hooks; here is {hookspecs.CONTRACT}"
            raise refuse("swapin_contract", message)
    return max(versions, default=1)


def _edition(manager: pluggy.PluginManager, refuse: Callable[[str, str], CatalogError]) -> str:
    try:
        editions = [edition for edition in manager.hook.swapin_edition() if edition]
    except _FAULTS as error:
        raise refuse("swapin_edition", _said(error)) from error
    return "+".join(sorted(str(edition) for edition in editions))


def _call(
    manager: pluggy.PluginManager, hook: str, refuse: Callable[[str, str], CatalogError]
) -> list[list[Any]]:
    try:
        results = getattr(manager.hook, hook)()
        # A generator fails only when it is read.
        declared = [list(islice(result, _MOST + 1)) for result in results if result is not None]
    except _FAULTS as error:
        raise refuse(hook, _said(error)) from error
    if any(len(result) > _MOST for result in declared):
        raise refuse(hook, f"more than {_MOST} declarations")
    return declared


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
