"""What the catalog tells of a backend or of a stack: bindings, and what is latched when."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from swapin.catalog.stacks import Latched, latched
from swapin.model import Backend, Binding, Setting

if TYPE_CHECKING:
    from swapin.catalog.build import Catalog


def backend_details(catalog: Catalog, layers: Sequence[Backend]) -> dict[str, Any]:
    """Details of a backend, or of the stack that it is the top of."""
    top = layers[0]
    return {
        "stack": [layer.name for layer in layers],
        "role": top.role,
        "over": list(top.over),
        "latched": _latched(catalog, layers),
        "bindings": [binding_details(binding) for binding in top.bindings],
        "settings": [_setting(layer, setting) for layer in layers for setting in layer.settings],
        "remarks": [remark for layer in layers for remark in layer.remarks],
        "source": str(top.source),
    }


def binding_details(binding: Binding) -> dict[str, Any]:
    """One binding."""
    details: dict[str, Any] = {"fact": binding.fact}
    if binding.value is None:
        details["inherits"] = binding.below
        if len(binding.passes) == 1:
            details["only"] = binding.passes[0]
    else:
        details["value"] = binding.value
    details["releases"] = str(binding.releases)
    details["because"] = binding.because
    details["source"] = str(binding.source)
    return details


def _setting(layer: Backend, setting: Setting) -> dict[str, Any]:
    return {
        "layer": layer.name,
        "setting": setting.setting,
        "fact": setting.fact,
        "value": setting.value,
        "when": setting.when,
        "source": str(setting.source),
    }


def _latched(catalog: Catalog, layers: Sequence[Backend]) -> list[dict[str, Any]]:
    """Each fact and property that some backend binds, in ranges of releases."""
    releases = [kernel for kernel in catalog.kernels.values() if not kernel.variant]
    found = [(kernel.release, latched(catalog, layers, kernel.at)) for kernel in releases]
    told = []
    for name in _names(catalog):
        values = [(release, known.get(name)) for release, known in found]
        for value, group in groupby(values, key=lambda pair: pair[1]):
            span = [release for release, _ in group]
            told.append(_range(catalog, name, value, span))
    return told


def _names(catalog: Catalog) -> list[str]:
    bound = {b.fact for backend in catalog.backends.values() for b in backend.bindings}
    facts = [name for name in catalog.atoms if name in bound]
    # Flags that decide go first, then the flags of swap_info_struct, then the rest.
    return sorted([*facts, *catalog.properties], key=lambda name: (not _flag(catalog, name), name))


def _range(
    catalog: Catalog, name: str, value: Latched | None, span: Sequence[str]
) -> dict[str, Any]:
    releases = span[0] if len(span) == 1 else f"{span[0]} to {span[-1]}"
    told: dict[str, Any] = {
        "fact": name,
        "flag": _flag(catalog, name),
        "releases": releases,
        "value": value.value if value else None,
    }
    if value:
        told["from"] = value.preset
        told["because"] = value.binding.because
        told["source"] = str(value.binding.source)
        told["through"] = [
            {"layer": layer, "because": binding.because, "source": str(binding.source)}
            for layer, binding in value.through
        ]
    return told


def _flag(catalog: Catalog, name: str) -> str:
    """The flag of ``swap_info_struct`` that a fact or property is; empty if it is none."""
    known = catalog.atoms.get(name) or catalog.properties[name]
    word = known.meaning.partition(":")[0]
    return word if word.startswith("SWP_") else ""
