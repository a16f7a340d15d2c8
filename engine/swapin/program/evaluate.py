"""Evaluate faults with a compiled catalog."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from swapin.catalog import Catalog, Failure, discover, load_catalog, selection
from swapin.catalog.loading import Candidate
from swapin.model import (
    CatalogError,
    Depth,
    Explanation,
    Fault,
    Group,
    Kernel,
    Override,
    Provenance,
    Rule,
    Verdict,
)
from swapin.model.verdict import no_depth
from swapin.program.compiled import Compiled
from swapin.program.conflict import contradiction
from swapin.program.description import read_fault
from swapin.program.explain import explain, settling
from swapin.program.resolve import Resolved, Resolver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_COMPILED = 256
"""Sets of capabilities kept compiled; a client can override capabilities at will."""

_MOST_ANSWERS = 16_384
"""Answers kept ready."""

_Answer = tuple[Mapping[str, str], tuple[str, ...], Explanation]


class Program:
    """A catalog compiled for use. Thread safe; compiled kernel by kernel, on first use.

    Immutable, and worker processes can take it: pickled is the catalog, which is compiled anew
    on the other side.

    .. versionadded:: 0.1
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._resolver = Resolver(catalog)
        self._of_kernel: dict[tuple[str, tuple[Override, ...]], Compiled] = {}
        self._all: list[Compiled] = []
        self._answers: dict[tuple[Compiled, Depth, tuple[bool | None, ...]], _Answer] = {}

    def __reduce__(self) -> tuple[type[Program], tuple[Catalog]]:
        return Program, (self._catalog,)

    @property
    def catalog(self) -> Catalog:
        """What was compiled."""
        return self._catalog

    def compiled(self, kernel: Kernel, overrides: tuple[Override, ...] = ()) -> Compiled:
        """The rules of a kernel, compiled for its capabilities.

        :param overrides: capabilities that differ from the preset's; other facts are ignored.
        """
        if overrides:
            overrides = tuple(o for o in overrides if self.catalog.atoms[o.fact].capability)
        key = (kernel.name, overrides)
        found = self._of_kernel.get(key)
        if found is None:
            if len(self._of_kernel) >= _MOST_COMPILED:
                self._of_kernel.clear()
                self._all.clear()
                self._answers.clear()
            found = self._of_kernel[key] = self._compile(kernel, overrides)
        return found

    def _compile(self, kernel: Kernel, overrides: tuple[Override, ...]) -> Compiled:
        capabilities = self.catalog.capabilities(kernel)
        capabilities.update((override.fact, override.given) for override in overrides)
        rules = self.catalog.rules_of(kernel)
        # Most releases behave as a neighbour does, and share what was compiled for it.
        for known in self._all:
            if known.capabilities == capabilities and known.rules == rules:
                return known
        made = self._made(kernel, rules, capabilities)
        self._all.append(made)
        return made

    def _made(
        self, kernel: Kernel, rules: tuple[Rule, ...], capabilities: dict[str, bool]
    ) -> Compiled:
        return Compiled(self.catalog, rules, capabilities)

    def check(self) -> None:
        """Look at every kernel, so that a later evaluation finds nothing wrong with a rule.

        :raises CatalogError: the rules of a choice do not fit together in some kernel.
        """
        for kernel in self.catalog.kernels.values():
            self.compiled(kernel)

    def prepare(self) -> None:
        """Compile every kernel, so that no later evaluation waits for it.

        :raises CatalogError: the rules of a choice do not fit together in some kernel.
        """
        self.check()
        for compiled in self._all:
            for group in Group:
                compiled.table_of(group)

    def evaluate(self, fault: Mapping[str, Any] | Fault, depth: Depth = Depth.DECIDING) -> Verdict:
        """The verdict for one fault.

        :param fault: the JSON form of a description, or a :class:`Fault`.
        :raises FaultError: the description cannot be evaluated, or *depth* is none.
        """
        if not isinstance(depth, Depth):
            raise no_depth(depth)
        if not isinstance(fault, Fault):
            fault = read_fault(fault, self.catalog)
        resolved = self._resolver.resolve(fault)
        outcomes, settled_by, explanation = self._answer(resolved, depth)
        # The answer is kept; whoever writes into a verdict's mapping writes into his own.
        return Verdict(dict(outcomes), settled_by, self.provenance(resolved), explanation)

    def _answer(self, resolved: Resolved, depth: Depth) -> _Answer:
        compiled = self.compiled(resolved.kernel, resolved.overrides)
        if depth.rank > Depth.DECIDING.rank:
            return _answered(compiled, resolved, depth)
        # Up to here an answer depends on what is known alone, and the same few come again.
        key = (compiled, depth, tuple(map(resolved.known.get, compiled.facts)))
        found = self._answers.get(key)
        if found is None:
            found = _answered(compiled, resolved, depth)
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            self._answers[key] = found
        return found

    def provenance(self, resolved: Resolved) -> Provenance:
        """Where a verdict for a resolved fault comes from."""
        return Provenance(
            catalog=self.catalog.fingerprint,
            rules_edition=self.catalog.edition,
            kernel=resolved.kernel.name,
            evidence=resolved.kernel.evidence.value,
            overrides=resolved.overrides,
            degraded=self.catalog.degraded,
        )


def load_program(
    strict: bool | None = None,
    candidates: Iterable[Candidate] | None = None,
    *,
    load_seconds: float | None = None,
) -> Program:
    """Load the installed plugins and check the whole; leave out a plugin that does not fit.

    Beyond :func:`swapin.load_catalog`, every kernel is compiled: this takes a second, and
    suits what starts once, such as a server.

    :param strict: as of :func:`swapin.load_catalog`.
    :param candidates: as of :func:`swapin.load_catalog`.
    :param load_seconds: as of :func:`swapin.load_catalog`.
    :raises CatalogError: *strict*, and a plugin failed; or nothing is left to leave out.
    """
    if candidates is None:
        selected = selection(strict=strict)
        candidates, strict = selected.chosen(discover()), selected.strict
    found = list(candidates)
    left_out: tuple[Failure, ...] = ()
    while True:
        program = Program(load_catalog(strict, found, left_out, load_seconds=load_seconds))
        try:
            program.prepare()
        except CatalogError as error:
            failing = [c.origin for c in found if c.origin.plugin == error.plugin]
            if strict or not failing:
                raise
            left_out = (*program.catalog.failed, Failure(failing[0], error))
        else:
            return program


def _answered(compiled: Compiled, resolved: Resolved, depth: Depth) -> _Answer:
    """Outcomes, what would settle them, and why.

    :raises FaultError: no admissible state agrees with what is known.
    """
    finding = compiled.finding(resolved.known)
    if finding is None:
        raise contradiction(resolved, compiled.catalog)
    undetermined = finding.undetermined
    settled_by = settling(compiled, resolved.known, undetermined) if undetermined else ()
    return finding.outcomes, settled_by, explain(compiled, resolved, finding, depth)
