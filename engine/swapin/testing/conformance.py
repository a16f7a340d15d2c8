"""What a plugin must keep to, looked at over every admissible state of every kernel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from swapin.analysis.check import check
from swapin.analysis.diff import Life
from swapin.analysis.side import side_of
from swapin.analysis.survey import kernels_of, shadow
from swapin.catalog import Catalog, Offer, discover, load_catalog
from swapin.catalog.hookspecs import PROJECT
from swapin.catalog.loading import Candidate
from swapin.model import CatalogError
from swapin.model.errors import offered
from swapin.program import Program
from swapin.testing.citations import citation_faults
from swapin.testing.presets import architecture_faults, backend_faults, layout_faults
from swapin.testing.unconcerned import changed_verdicts


class PluginError(LookupError):
    """There is no such plugin; the message suggests a near match."""


class Check(StrEnum):
    """What is looked at. A result is named by its check and by what it looked at."""

    LOADS = "loads"
    """The plugin loads, with those that load without it."""
    COMPILES = "compiles"
    """Every kernel compiles: of each choice exactly one value holds in every state."""
    RULE_FIRES = "rule-fires"
    """A rule holds in some admissible state of some kernel."""
    RULE_MATTERS = "rule-matters"
    """Without the rule some fault would come out differently: no other shadows it."""
    SOURCE = "source"
    """A source has the form of a citation; given a kernel tree, it resolves there."""
    UNCONCERNED = "unconcerned"
    """On kernels of other plugins, verdicts are as without the plugin."""
    INVARIANTS = "invariants"
    """A kernel breaks no invariant but those that it says it violates, and those it does."""
    LAYOUT = "layout"
    """What a layout encodes it decodes, and the other way round."""
    ARCHITECTURE = "architecture"
    """Some fault of the architecture maps a page, on every kernel that has it."""
    BACKEND = "backend"
    """Some fault on the backend maps a page, on every kernel; `reach` answers about it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found of one declaration."""

    check: Check
    about: str
    message: str = ""
    """What is wrong; empty: nothing."""

    @property
    def name(self) -> str:
        """The name by which an expected failure is listed: ``rule-matters[vendor.veto]``."""
        return f"{self.check}[{self.about}]"

    def __str__(self) -> str:
        return f"{self.name}: {self.message or 'passed'}"


def examine(
    plugin: str,
    candidates: Iterable[Candidate] | None = None,
    tree: Path | None = None,
) -> list[Result]:
    """Run every check of the kit on a plugin.

    :param plugin: name of its entry point.
    :param candidates: the plugins that there are; by default the installed ones.
    :param tree: a kernel source tree, in which sources that should be true of it are looked up.
    :returns: a result for each check and declaration, those that passed too.
    :raises PluginError: there is no such plugin.
    :raises LookupError: the tree is none.

    .. versionadded:: 0.1
    """
    found = list(discover() if candidates is None else candidates)
    names = {candidate.origin.plugin for candidate in found}
    if plugin not in names:
        raise PluginError(f"no plugin `{plugin}`{offered(plugin, names)}")
    # Other strangers have faults of their own, so they stay out unless this one builds on them.
    own = [c for c in found if c.origin.distribution == PROJECT]
    without, catalog = _loaded(plugin, found, own)
    if plugin in _failed(catalog):
        without, catalog = _loaded(plugin, found, found)
    if plugin in _failed(catalog):
        error = _failed(catalog)[plugin]
        return [Result(Check.LOADS, plugin, f"{error.declaration}: {error.message}")]
    (offer,) = (offer for offer in catalog.offers if offer.origin.plugin == plugin)
    return [
        Result(Check.LOADS, plugin),
        _compiles(catalog, plugin),
        *_rules(catalog, offer),
        *(Result(Check.SOURCE, *told) for told in citation_faults(offer, tree)),
        *(Result(Check.UNCONCERNED, *told) for told in changed_verdicts(without, catalog)),
        *_invariants(catalog, offer),
        *(
            Result(Check.LAYOUT, f"{architecture.name}, {layout.releases}", layout_faults(layout))
            for architecture in offer.architectures
            for layout in architecture.layouts
        ),
        *(Result(Check.ARCHITECTURE, *told) for told in architecture_faults(catalog, offer)),
        *(Result(Check.BACKEND, *told) for told in backend_faults(catalog, offer)),
    ]


def _loaded(
    plugin: str, found: list[Candidate], beside: list[Candidate]
) -> tuple[Catalog, Catalog]:
    """The catalog of some plugins without this one, and of the same plugins with it."""
    without = load_catalog(False, [c for c in beside if c.origin.plugin != plugin])
    # What builds on this plugin is left out on both sides.
    kept = {offer.origin.plugin for offer in without.offers} | {plugin}
    return without, load_catalog(False, [c for c in found if c.origin.plugin in kept])


def _failed(catalog: Catalog) -> dict[str, CatalogError]:
    return {failure.origin.plugin: failure.error for failure in catalog.failed}


def _compiles(catalog: Catalog, plugin: str) -> Result:
    try:
        Program(catalog).check()
    except CatalogError as error:
        return Result(Check.COMPILES, plugin, f"{error.declaration}: {error.message}")
    return Result(Check.COMPILES, plugin)


def _rules(catalog: Catalog, offer: Offer) -> Iterator[Result]:
    lives = [Life(meaning) for meaning in kernels_of(catalog)]
    plugin = offer.origin.plugin
    for rule in offer.rules:
        shadowed = shadow(lives, rule, plugin)
        fires = shadowed is None or bool(shadowed.kernel)
        yield Result(Check.RULE_FIRES, rule.id, "" if fires else str(shadowed))
        if fires:
            yield Result(Check.RULE_MATTERS, rule.id, str(shadowed or ""))
    for kernel in offer.kernels:
        if kernel.replaces:
            lives_here = [Life(meaning) for meaning in kernels_of(catalog, [kernel.name])]
            for rule in kernel.replaces:
                shadowed = shadow(lives_here, rule, plugin)
                about = f"{rule.id} of kernel {kernel.name}"
                yield Result(Check.RULE_MATTERS, about, str(shadowed or ""))


def _invariants(catalog: Catalog, offer: Offer) -> Iterator[Result]:
    for kernel in offer.kernels:
        (report,) = check([side_of(catalog, kernel.name)])
        broken = {violation.invariant.id for violation in report.violations}
        wrong = [
            f"breaks {found.invariant.id} where {', '.join(found.unusual) or 'nothing is unusual'}"
            for found in report.unexpected
        ]
        wrong += [
            f"says that it violates {name}, and does not"
            for name in catalog.violates(kernel)
            if name not in broken
        ]
        yield Result(Check.INVARIANTS, kernel.name, "; ".join(wrong))
