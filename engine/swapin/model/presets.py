"""Presets: named bundles of facts. A kernel, an architecture, a swap backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from swapin.model.pte import PteLayout
from swapin.model.release import EVERY_RELEASE, Release, Releases
from swapin.model.rules import Rule, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A fact that a preset knows, in a range of releases. Build one with :func:`bind`."""

    fact: str
    value: bool
    because: str
    source: Source
    releases: Releases = EVERY_RELEASE


def bind(
    fact: str,
    value: bool,
    *,
    because: str,
    source: Source,
    since: str | None = None,
    until: str | None = None,
) -> Binding:
    """The fact has this value under the preset, in releases *since* to *until* inclusive."""
    return Binding(
        fact=fact,
        value=value,
        because=because,
        source=source,
        releases=Releases.of(since, until),
    )


class Evidence(StrEnum):
    """How well a kernel preset is known. Every verdict repeats it."""

    OBSERVED = "EVIDENCE_OBSERVED"
    """Faults that this release took in a real kernel agree with the preset."""
    SOURCE_CHECKED = "EVIDENCE_SOURCE_CHECKED"
    """The functions of a tree of this release were read."""
    CHANGELOG = "EVIDENCE_CHANGELOG"
    """Concluded from changelogs and from the nearest releases that were read."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a kernel does differently from the one before it."""

    what: str
    commit: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A kernel release, or a variant of one such as a patch, as a bundle of capabilities."""

    release: str
    """``major.minor`` of the mainline release, or of the one that a variant changes."""
    variant: str = ""
    """Name of the variant; empty for the release itself."""
    era: str
    """Short name of the behaviour that the release shares with its neighbours."""
    summary: str
    evidence: Evidence
    source: Source
    trees: str = ""
    """The trees of this release that were read."""
    after: str = ""
    """Name of the kernel preset whose capabilities this one starts from; empty: none."""
    capabilities: Mapping[str, bool] = field(default_factory=dict)
    """``kernel.*`` facts that differ from ``after``. One that no preset names is no."""
    entry_kinds: tuple[str, ...] | None = None
    """Kinds of non-swap entry, in the order of their types, the last of which is 31; so
    ``MAX_SWAPFILES`` is 32 less their number. ``None``: as in ``after``; empty: not known."""
    marker_bits: Mapping[str, int] | None = None
    """Masks in the offset of a ``pte_marker`` entry, by meaning. ``None``: as in ``after``."""
    page_flags: Mapping[str, int] | None = None
    """Bit numbers of ``folio->flags`` in a typical configuration, by flag name without ``PG_``.
    ``None``: as in ``after``; an empty mapping: not known."""
    replaces: tuple[Rule, ...] = ()
    """Rules that stand in for the catalog's rules of the same id."""
    changes: tuple[Change, ...] = ()

    @property
    def name(self) -> str:
        """The name on a command line: the variant's, or else the release's."""
        return self.variant or self.release

    @property
    def at(self) -> Release:
        """The release, in order."""
        return Release.parse(self.release)


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """An architecture: whether its swap PTE can hold the exclusive bit, and its layouts."""

    name: str
    summary: str
    source: Source
    bindings: tuple[Binding, ...] = ()
    layouts: tuple[PteLayout, ...] = ()
    """Raw swap-PTE layouts, each for a range of releases; ranges do not overlap."""
    releases: Releases = EVERY_RELEASE
    """The releases that have the architecture."""
    configuration: str = ""
    """How the kernel's headers are made to show this architecture: Kconfig symbols without their
    prefix, with ``=VALUE`` where it is not 1; ``_MACRO``; ``+FOLDER`` for one that its Makefile
    searches, below the architecture's."""

    def layout(self, release: Release) -> PteLayout | None:
        """The layout in a release; ``None`` if it is not known, or there is no such machine."""
        return next((known for known in self.layouts if release in known.releases), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A swap backend: what is latched in ``si->flags`` at swapon, and how it completes I/O.

    A preset binds the driver's default. What depends on a setting or on the hardware is not
    bound, so that the verdict asks for it.
    """

    name: str
    summary: str
    source: Source
    bindings: tuple[Binding, ...] = ()
    remarks: tuple[str, ...] = ()
    """What a person should know: settings that change a binding, and how."""
