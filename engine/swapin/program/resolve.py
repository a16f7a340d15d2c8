"""Apply presets to a fault: what is known of each fact, and from whom."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from swapin.catalog import SWAP_ENTRY, Catalog, latched
from swapin.model import (
    Architecture,
    Backend,
    Fault,
    FaultError,
    Kernel,
    Override,
    Problem,
    PteLayout,
    Reason,
)
from swapin.model.errors import unknown_name
from swapin.model.fault import check_types, wrong_type
from swapin.model.records import dataclass
from swapin.program.entry import atoms_of, entry_of
from swapin.program.stack import device_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BOOL = frozenset((bool,))

_MOST_KEPT = 4096
"""Combinations of presets kept; names that do not exist are never kept."""


@dataclass(frozen=True, slots=True)
class Presets:
    """What a kernel, an architecture and a backend bind together."""

    kernel: Kernel
    facts: Mapping[str, bool]
    bound_by: Mapping[str, str]
    """The preset that each fact comes from, such as ``backend zram``."""
    layout: PteLayout | None
    """The layout of a raw swap PTE, if the architecture is given and has one."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A fault with its presets applied."""

    presets: Presets
    known: Mapping[str, bool]
    """Every fact that is given, decoded or bound, capabilities included."""
    overrides: tuple[Override, ...]

    @property
    def kernel(self) -> Kernel:
        """The kernel preset."""
        return self.presets.kernel

    def bound_by(self, name: str) -> str:
        """The preset that settled a fact; empty if the description gave or overrode it."""
        if any(override.fact == name for override in self.overrides):
            return ""
        return self.presets.bound_by.get(name, "")


@dataclass(frozen=True, slots=True)
class _Said:
    """What a raw PTE says."""

    entry: str
    entry_atoms: Collection[str]
    """The atoms that tell the kind of entry."""
    facts: Mapping[str, bool]


class Resolver:
    """Looks up presets, and keeps what it found."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._kept: dict[tuple[str, str, str, str, tuple[str, ...]], Presets] = {}

    def resolve(self, fault: Fault) -> Resolved:
        """Merge what the presets of a fault bind with what is given.

        :raises FaultError: an unknown preset or fact, or a raw PTE that is none or that disagrees.
        """
        presets = self._presets(fault)
        given = fault.facts
        if not (
            given.keys() <= self._catalog.atoms.keys()
            and _BOOL.issuperset(map(type, given.values()))
        ):
            raise FaultError(self._strange(given))
        if fault.raw_pte is not None:
            given = self._with_raw_pte(fault, presets, fault.raw_pte)
        known = {**presets.facts, **given}
        overrides = tuple(
            Override(name, given[name], presets.bound_by[name])
            for name in given.keys() & presets.facts.keys()
            if given[name] != presets.facts[name]
        )
        if len(overrides) > 1:
            overrides = tuple(sorted(overrides, key=lambda override: override.fact))
        return Resolved(presets, known, overrides)

    def _strange(self, given: Mapping[str, Any]) -> Iterator[Problem]:
        """What is wrong with facts that no description was read for: an unknown one, no truth."""
        for name, value in given.items():
            if name not in self._catalog.atoms:
                yield unknown_name(name, "fact", name, self._catalog.atoms)
            elif not isinstance(value, bool):
                yield wrong_type(name, value, "true or false")

    def _presets(self, fault: Fault) -> Presets:
        key = (fault.release, fault.variant, fault.architecture, fault.backend, fault.stack)
        try:
            found = self._kept.get(key)
        except TypeError:
            # A list, say; names of a right type are found.
            found = None
        if found is None:
            check_types(fault)
            found = self._look_up(fault)
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = found
        return found

    def _look_up(self, fault: Fault) -> Presets:
        catalog = self._catalog
        problems: list[Problem] = []
        kernel = catalog.kernel(fault.release, fault.variant)
        if kernel is None:
            problems.append(_unknown_kernel(fault, catalog))
        architecture = catalog.architectures.get(fault.architecture)
        if fault.architecture and architecture is None:
            names = list(catalog.architectures)
            problems.append(unknown_name("architecture", "architecture", fault.architecture, names))
        layers: tuple[Backend, ...] = ()
        try:
            layers = device_of(fault, catalog)
        except FaultError as error:
            problems.extend(error.problems)
        if kernel is None or problems:
            raise FaultError(problems)
        if architecture is not None and kernel.at not in architecture.releases:
            raise _not_then(architecture, kernel)
        facts = catalog.capabilities(kernel)
        bound_by = dict.fromkeys(facts, f"kernel {kernel.name}")
        if architecture is not None:
            for binding in architecture.bindings:
                if kernel.at in binding.releases and binding.value is not None:
                    facts[binding.fact] = binding.value
                    bound_by[binding.fact] = f"architecture {architecture.name}"
        for name, known in latched(catalog, layers, kernel.at).items():
            if name in catalog.atoms:
                facts[name] = known.value
                bound_by[name] = known.preset
        layout = architecture.layout(kernel.at) if architecture else None
        return Presets(kernel, facts, bound_by, layout)

    def _with_raw_pte(self, fault: Fault, presets: Presets, raw: int) -> Mapping[str, bool]:
        """The given facts, and those that the raw PTE says."""
        said = self._said(fault, presets, raw)
        given = dict(fault.facts)
        problems: list[Problem] = []
        for name, value in said.facts.items():
            if given.setdefault(name, value) != value and (value or name not in said.entry_atoms):
                told = said.entry if name in said.entry_atoms else str(value).lower()
                message = f"`pte.raw` {raw:#x} says {told}, this field does not"
                problems.append(Problem(self._catalog.atoms[name].name, Reason.DISAGREES, message))
        if problems:
            raw_too = Problem("pte.raw", Reason.DISAGREES, "a decoded field says otherwise")
            raise FaultError([raw_too, *problems])
        return given

    def decoded(self, fault: Fault) -> Mapping[str, bool]:
        """What the raw PTE of a fault says; nothing, if it has none.

        :raises FaultError: an unknown preset, or a raw PTE that is none.
        """
        if fault.raw_pte is None:
            return {}
        return self._said(fault, self._presets(fault), fault.raw_pte).facts

    def _said(self, fault: Fault, presets: Presets, raw: int) -> _Said:
        if not hasattr(raw, "__index__"):
            check_types(fault)
        if not fault.architecture:
            raise _refused("architecture", Reason.MISSING, "a raw PTE needs its architecture")
        kernel = presets.kernel
        where = f"on {fault.architecture} in {kernel.release}"
        if presets.layout is None:
            raise _refused("pte.raw", Reason.NOT_A_SWAP_PTE, f"no layout is known {where}")
        try:
            bits = presets.layout.decode(raw)
        except ValueError as error:
            raise _refused("pte.raw", Reason.NOT_A_SWAP_PTE, f"{error} {where}") from error
        entry = entry_of(self._catalog, kernel, bits)
        entry_atoms = atoms_of(self._catalog, entry)
        said = dict(entry_atoms)
        if entry in ("", SWAP_ENTRY):
            # A bit that the layout lacks is never set. Of other entries they are no such bits.
            flags = self._catalog.software_bits
            said.update({f"pte.{flag}": bits.flags.get(flag, False) for flag in flags})
        return _Said(entry, entry_atoms, said)


def _not_then(architecture: Architecture, kernel: Kernel) -> FaultError:
    message = (
        f"{kernel.release} has no architecture `{architecture.name}`; "
        f"its releases: {architecture.releases}"
    )
    return _refused("architecture", Reason.UNKNOWN_NAME, message)


def _unknown_kernel(fault: Fault, catalog: Catalog) -> Problem:
    if fault.variant and fault.release in catalog.kernels:
        known = [k.variant for k in catalog.kernels.values() if k.release == fault.release]
        variants = [variant for variant in known if variant]
        return unknown_name("kernel.variant", "variant", fault.variant, variants)
    return unknown_name("kernel.release", "kernel", fault.release, list(catalog.kernels))


def _refused(where: str, reason: Reason, message: str) -> FaultError:
    return FaultError([Problem(where, reason, message)])
