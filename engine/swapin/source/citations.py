"""Every citation of the catalog, looked up in a tree of the release that it is true of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from swapin.catalog import Catalog
from swapin.model import Binding, Release, Releases, Source
from swapin.model.release import EVERY_RELEASE
from swapin.source.tree import Tree


@dataclass(frozen=True, slots=True)
class Citation:
    """A source, and the declaration that cites it."""

    declaration: str
    source: Source
    releases: Releases
    """Releases in which the declaration itself holds."""
    exists: Releases = EVERY_RELEASE
    """Releases that have what the declaration is about."""

    def applies(self, release: Release) -> bool:
        """Whether the citation should be true of a release."""
        of_source = Releases.of(self.source.since or None, self.source.until or None)
        return all(release in one for one in (of_source, self.releases, self.exists))

    @property
    def is_mail(self) -> bool:
        """Whether it cites a mail, which is in no tree."""
        return self.source.title.startswith("[") or not self.source.file


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A citation that the tree does not bear out."""

    declaration: str
    file: str
    function: str
    """Empty: the file as a whole."""
    why: str

    @property
    def cites(self) -> str:
        """File and function."""
        return ", ".join(filter(None, (self.file, self.function)))

    def __str__(self) -> str:
        return f"{self.declaration}: {self.cites}: {self.why}"


@dataclass(frozen=True, slots=True)
class Citations:
    """What looking up every citation found."""

    resolved: int
    mails: int
    elsewhere: int
    """Citations of other releases."""
    unresolved: tuple[Unresolved, ...]


def check_citations(tree: Tree, catalog: Catalog) -> Citations:
    """Look up every citation that should be true of the tree's release."""
    resolved = mails = elsewhere = 0
    unresolved: list[Unresolved] = []
    for citation in citations_of(catalog):
        if citation.is_mail:
            mails += 1
        elif not citation.applies(tree.release):
            elsewhere += 1
        else:
            why = missing(tree, citation.source)
            if why:
                cited = citation.source
                unresolved.append(Unresolved(citation.declaration, cited.file, cited.function, why))
            else:
                resolved += 1
    return Citations(resolved, mails, elsewhere, tuple(unresolved))


def citations_of(catalog: Catalog) -> Iterator[Citation]:
    """Every source of every declaration."""
    for fact in catalog.facts.values():
        yield Citation(f"fact {fact.name}", fact.source, EVERY_RELEASE)
    for rule in catalog.rules.values():
        yield Citation(f"rule {rule.id}", rule.source, EVERY_RELEASE)
    for constraint in catalog.constraints.values():
        yield Citation(f"constraint {constraint.id}", constraint.source, EVERY_RELEASE)
    for invariant in catalog.invariants.values():
        yield Citation(f"invariant {invariant.id}", invariant.source, EVERY_RELEASE)
    for kernel in catalog.kernels.values():
        only = Releases(kernel.at, kernel.at)
        yield Citation(f"kernel {kernel.name}", kernel.source, only)
        for rule in kernel.replaces:
            yield Citation(f"kernel {kernel.name}, rule {rule.id}", rule.source, only)
    for architecture in catalog.architectures.values():
        declaration = f"architecture {architecture.name}"
        yield Citation(declaration, architecture.source, architecture.releases)
        yield from _bindings(declaration, architecture.bindings, architecture.releases)
        for layout in architecture.layouts:
            yield Citation(f"{declaration}, layout", layout.source, layout.releases)
    for backend in catalog.backends.values():
        yield Citation(f"backend {backend.name}", backend.source, EVERY_RELEASE)
        yield from _bindings(f"backend {backend.name}", backend.bindings)
        for setting in backend.settings:
            said = f"backend {backend.name}, {setting.setting}"
            yield Citation(said, setting.source, EVERY_RELEASE)
    for known in catalog.properties.values():
        yield Citation(f"property {known.name}", known.source, EVERY_RELEASE)
    for transition in catalog.transitions.values():
        yield Citation(f"transition {transition.id}", transition.source, EVERY_RELEASE)
    for spelling in catalog.spellings.values():
        yield Citation(f"spelling {spelling.name}", spelling.source, EVERY_RELEASE)


def _bindings(
    declaration: str, bindings: tuple[Binding, ...], exists: Releases = EVERY_RELEASE
) -> Iterator[Citation]:
    for binding in bindings:
        said = f"{declaration}, {binding.fact}"
        yield Citation(said, binding.source, binding.releases, exists)


def missing(tree: Tree, source: Source) -> str:
    """Why a source does not resolve in a tree; empty if it does."""
    text = tree.text(source.file)
    if text is None:
        return "" if (tree.root / source.file).is_dir() and not source.function else "no such file"
    if not source.function or defines(text, source.function):
        return ""
    if re.search(rf"\b{re.escape(source.function)}\b", text):
        return f"`{source.function}` is mentioned there, not defined"
    return f"no `{source.function}` there"


def defines(text: str, name: str) -> bool:
    """Whether a C file defines a function, macro, type, variable or constant of this name."""
    word = re.escape(name)
    return any(re.search(form.replace("NAME", word), text, re.MULTILINE) for form in _FORMS)


_FORMS = (
    # A macro, or a flag that is defined to be there.
    r"^[ \t]*#[ \t]*define[ \t]+NAME\b",
    # A function: its name at the left margin or after its type, and a body, not a semicolon.
    r"^[A-Za-z_][^;{}()=#\n]*(?:\n[^;{}()=#\n]*)?\bNAME[ \t]*"
    r"\([^;{}]*\)[^;{}()]*(?:\([^()]*\)[^;{}()]*)*\{",
    r"^NAME[ \t]*\([^;{}]*\)[^;{}]*\{",
    # A type.
    r"^[ \t]*(?:typedef[ \t]+)?(?:struct|union|enum)[ \t]+NAME[ \t\n]*\{",
    r"^[ \t]*typedef\b[^;]*\bNAME[ \t]*;",
    r"^\}[ \t]*NAME[ \t]*;",
    # A constant of an enumeration.
    r"^[ \t]+NAME[ \t]*(?:=[^=;()]*(?:\([^;]*?\))?[^;()]*?)?(?:,|/\*|\n[ \t]*\})",
    # A variable with a value, or an array.
    r"^(?:[a-z_]+ )+\*?NAME(?:\[[^\]]*\])?[ \t]*(?:=|;)",
    # A function that a macro makes, such as the tests of a page flag.
    r"^[A-Z_0-9]+\([^()\n]*\bNAME\b[^()\n]*\)",
)
