"""Stacks of swap devices: which layer may lie on which, and what the top one latches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from swapin.model import Backend, Binding, FaultError, Problem, Property, Reason, Release
from swapin.model.errors import listed, unknown_name
from swapin.model.records import dataclass, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from swapin.catalog.build import Catalog

FIELD = "swap_device.stack"
"""The field of a description that has the layers."""

_MOST_LAYERS = 16
"""Layers that a stack may have. The kernel's own limits are lower; this one bounds the work."""


@dataclass(frozen=True, slots=True)
class Latched:
    """A fact or a property of the device on top, and where it comes from."""

    value: bool
    binding: Binding
    """The binding of the layer that it comes from."""
    layer: str
    """Name of that layer."""
    through: tuple[tuple[str, Binding], ...] = ()
    """The layers above it that inherited it, top first, each with the binding that says so."""

    @property
    def preset(self) -> str:
        """The preset, such as ``backend nvme-pi (through dm-crypt)``."""
        above = ", ".join(name for name, _ in self.through)
        return f"backend {self.layer} (through {above})" if above else f"backend {self.layer}"


def layers_of(catalog: Catalog, names: Sequence[str], field: str = FIELD) -> tuple[Backend, ...]:
    """The backends of a stack, top first.

    :param field: where the names come from, for errors.
    :raises FaultError: an unknown layer, or one that cannot lie where it does.
    """
    if len(names) > _MOST_LAYERS:
        message = f"{len(names)} layers; a stack has at most {_MOST_LAYERS}"
        raise FaultError([Problem(field, Reason.IMPOSSIBLE_STACK, message)])
    problems = [
        unknown_name(
            f"{field}[{index}]" if field == FIELD else field, "backend", name, catalog.backends
        )
        for index, name in enumerate(names)
        if name not in catalog.backends
    ]
    if problems:
        raise FaultError(problems)
    layers = tuple(catalog.backends[name] for name in names)
    misplaced = list(_misplaced(catalog, layers))
    if misplaced:
        raise FaultError(misplaced)
    return layers


def latched(catalog: Catalog, layers: Sequence[Backend], release: Release) -> dict[str, Latched]:
    """What is known of the device on top of a stack in a release, by fact or property.

    What depends on a setting, on the hardware or on an unknown layer below is missing.
    """
    found: dict[str, Latched] = {}
    for layer in reversed(layers):
        found = _of_layer(catalog, layer, found, release)
    return found


def _of_layer(
    catalog: Catalog, layer: Backend, below: Mapping[str, Latched], release: Release
) -> dict[str, Latched]:
    found: dict[str, Latched] = {}
    for binding in layer.bindings:
        if release not in binding.releases:
            continue
        if binding.value is not None:
            found[binding.fact] = Latched(binding.value, binding, layer.name)
            continue
        under = below.get(binding.below)
        if under is not None and under.value in binding.passes:
            through = ((layer.name, binding), *under.through)
            found[binding.fact] = replace(under, through=through)
    for known in catalog.properties.values():
        if known.name not in found:
            told = _by_default(known, found)
            if told is not None:
                found[known.name] = told
    return found


def _by_default(known: Property, found: Mapping[str, Latched]) -> Latched | None:
    """What another fact says of a property that the layer itself is silent about."""
    same = found.get(known.otherwise)
    if same is not None:
        return same
    implied = found.get(known.implies)
    return implied if implied is not None and not implied.value else None


def _misplaced(catalog: Catalog, layers: Sequence[Backend]) -> Iterator[Problem]:
    for index, (upper, lower) in enumerate(pairwise(layers)):
        if lower.role in upper.over:
            continue
        where = f"{FIELD}[{index + 1}]"
        what = f"`{lower.name}` ({lower.role}) cannot lie below `{upper.name}`"
        yield Problem(where, Reason.IMPOSSIBLE_STACK, f"{what}: {_rule(catalog, upper, lower)}")


def _rule(catalog: Catalog, upper: Backend, lower: Backend) -> str:
    """What may lie there, in words."""
    if not upper.over:
        return f"`{upper.name}` is a leaf, and nothing lies below it"
    backends = catalog.backends.values()
    fitting = [backend for backend in backends if backend.role in upper.over]
    names = listed((backend.name for backend in fitting), limit=60)
    told = f"there may lie a layer of role {' or '.join(upper.over)}: {names}"
    if not any(lower.role in backend.over for backend in backends):
        return f"a {lower.role} lies on top of all others; {told}"
    between = [backend.name for backend in fitting if lower.role in backend.over]
    return f"{told}; {listed(between)} may lie between" if between else told
