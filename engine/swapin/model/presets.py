"""Presets: named bundles of facts. A kernel, an architecture, a swap backend."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from swapin.model.pte import PteLayout
from swapin.model.records import dataclass, field
from swapin.model.release import EVERY_RELEASE, Release, Releases
from swapin.model.rules import Rule, Source
from swapin.model.transitions import Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A fact that a preset knows, in a range of releases. Build one with :func:`bind`."""

    fact: str
    """A fact, or a property of a swap device."""
    value: bool | None
    """``None``: what the layer below has; only a layer of a stack of swap devices has such."""
    because: str
    source: Source
    releases: Releases = EVERY_RELEASE
    below: str = ""
    """With no value: the fact or property of the layer below that is taken."""
    passes: tuple[bool, ...] = (True, False)
    """With no value: those that come through; another leaves the fact open."""


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


def inherit(
    fact: str,
    *,
    because: str,
    source: Source,
    below: str = "",
    only: bool | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Binding:
    """The fact has the value that the layer below has, in releases *since* to *until*.

    :param below: the fact or property of the layer below, if it is not the same.
    :param only: the one value that comes through, where the layer has a say of its own.
    """
    return Binding(
        fact=fact,
        value=None,
        because=because,
        source=source,
        releases=Releases.of(since, until),
        below=below or fact,
        passes=(True, False) if only is None else (only,),
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
    replaces_transitions: tuple[Transition, ...] = ()
    """Transitions that stand in for the catalog's of the same id."""
    changes: tuple[Change, ...] = ()
    violates: Mapping[str, str] = field(default_factory=dict)
    """Invariants that the kernel is known to break, by id, and why; with an empty reason, one
    that the kernel that it starts from breaks and it does not."""

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
class Property:
    """Something that a swap device has or has not and that no rule reads.

    Backends bind it as they bind facts; layers above may inherit it, and a person is shown it.
    """

    name: str
    """``swap_device.field``, beside the facts."""
    meaning: str
    """One sentence that is true when the device has it; starts with the flag, if it is one."""
    source: Source
    otherwise: str = ""
    """The fact or property whose value it has where a backend is silent."""
    implies: str = ""
    """A fact that a device with this property has: where that is no, this is no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an administrator can set to change what a device binds, and until when."""

    setting: str
    """As it is written, such as ``skip_copy=1``."""
    fact: str
    value: bool
    when: str
    """The last moment at which it counts, such as ``before swapon``."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A swap backend: what is latched in ``si->flags`` at swapon, and how it completes I/O.

    A preset binds the driver's default. What depends on a setting or on the hardware is not
    bound, so that the verdict asks for it. A backend may be one layer of a stack; what it
    takes from the layer below it binds by :func:`inherit`.
    """

    name: str
    summary: str
    source: Source
    bindings: tuple[Binding, ...] = ()
    remarks: tuple[str, ...] = ()
    """What a person should know: settings that change a binding, and how."""
    role: str = "disk"
    """What it is to a layer above: ``disk``, a block device; ``file``, a file; …"""
    over: tuple[str, ...] = ()
    """Roles that may lie directly below; empty: a leaf, which lies on nothing."""
    settings: tuple[Setting, ...] = ()
