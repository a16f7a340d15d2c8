"""A rule, a fact or anything else of the catalog by name: its reason and its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from swapin.catalog import KINDS, Catalog, Entry
from swapin.mcp.answers import Answer, cited
from swapin.mcp.arguments import refused
from swapin.model import OUTCOMES, Group, Reason
from swapin.model.errors import clipped, near_match

_KINDS = tuple(kind for kind in KINDS if kind != "plugins")

# What is long, and told by `swapin … show`.
_LONG = {
    "capabilities",
    "history",
    "entry_kinds",
    "marker_bits",
    "max_swapfiles",
    "layouts",
    "latched",
}


def name_answer(name: str, catalog: Catalog) -> Answer:
    """Everything of this name.

    :raises FaultError: there is nothing.
    """
    found = [
        _entry(kind, catalog.entry(kind, name), catalog)
        for kind in _KINDS
        if name in getattr(catalog, kind)
    ]
    if name in OUTCOMES:
        found.append(_outcome(OUTCOMES[name], catalog))
    if not found:
        known = [known for names in allowed(catalog).values() for known in names]
        message = f"nothing is called `{clipped(name)}`{near_match(name, known)}"
        raise refused("name", Reason.UNKNOWN_NAME, message)
    return {"found": found}


def allowed(catalog: Catalog) -> Mapping[str, list[str]]:
    """Every name that there is, by kind."""
    names = {kind: list(getattr(catalog, kind)) for kind in _KINDS}
    return {**names, "outcomes": list(OUTCOMES)}


def _entry(kind: str, entry: Entry, catalog: Catalog) -> Answer:
    told: Answer = {"kind": kind.removesuffix("s"), "name": entry.name, "summary": entry.summary}
    told |= {
        key: value
        for key, value in _filled(entry.details).items()
        if key not in _LONG and value not in (entry.name, entry.summary)
    }
    if kind == "rules":
        variants = [
            {"kernel": kernel.name, "when": str(rule.when), **cited(rule)}
            for kernel in catalog.kernels.values()
            for rule in kernel.replaces
            if rule.id == entry.name
        ]
        if variants:
            told["replaced_in"] = variants
    told["from"] = f"plugin {entry.plugin} of {entry.distribution}"
    return told


def _outcome(group: Group, catalog: Catalog) -> Answer:
    rules = [rule for rule in catalog.rules.values() if rule.outcome in group.members]
    return {
        "kind": "outcome",
        "name": group.field,
        "rules": [{"kind": rule.kind.value.lower(), **cited(rule)} for rule in rules],
    }


def _filled(value: Any) -> Any:
    """Details without their empty members."""
    if isinstance(value, list):
        return [_filled(part) for part in value]
    if isinstance(value, dict):
        return {key: _filled(v) for key, v in value.items() if v not in ("", [], {}, None)}
    return value
