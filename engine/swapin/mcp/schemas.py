"""JSON Schemas of what the tools take, made from the catalog."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from swapin.catalog import Catalog
from swapin.model import OUTCOMES, Fact
from swapin.program.description import HEXADECIMAL

Schema = dict[str, Any]


def taken(properties: dict[str, Schema], *required: str) -> Schema:
    """The schema of an object that has these members and no others."""
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        made["required"] = list(required)
    return made


def fault_schema(catalog: Catalog, *, described: bool) -> Schema:
    """A fault description: the proto3 JSON form, one member for each fact.

    :param described: with the meaning of each fact that is no capability of a kernel.
    """
    objects: dict[str, dict[str, Schema]] = {
        "kernel": {
            # A variant may stand in place of a release.
            "release": one_of(catalog.kernels),
            "variant": one_of(kernel.variant for kernel in catalog.kernels.values()),
        },
        "swap_device": {"backend": one_of(catalog.backends), "stack": _stack(catalog)},
        "pte": {
            "raw": {
                "type": "string",
                "pattern": f"^{HEXADECIMAL}$",
                "description": "the swap PTE; needs `architecture`",
            }
        },
    }
    properties: dict[str, Schema] = {"architecture": one_of(catalog.architectures)}
    for name, fact in catalog.facts.items():
        value = _value(fact)
        if described and not fact.capability:
            value["description"] = fact.meaning
        holder, _, field = name.rpartition(".")
        if holder:
            objects.setdefault(holder, {})[field] = value
        else:
            properties[name] = value
    for name, members in objects.items():
        properties[name] = taken(members, *(["release"] if name == "kernel" else []))
    made = taken(properties, "kernel")
    made["description"] = "what is left out is unknown, never false"
    return made


def side_schema(catalog: Catalog) -> Schema:
    """A kernel, and what every fault has that is asked about."""
    return taken(
        {
            "kernel": one_of(catalog.kernels),
            "architecture": one_of(catalog.architectures),
            "stack": _stack(catalog),
            "facts": facts_schema(),
        },
        "kernel",
    )


def facts_schema() -> Schema:
    """Facts by their full names."""
    return {
        "type": "object",
        "description": 'by full name, as `evaluate` has them: {"folio.writeback": true}',
        "additionalProperties": {"type": ["boolean", "integer", "string"]},
    }


def outcomes_schema() -> Schema:
    """Outcomes to ask about."""
    return {"type": "array", "items": one_of(OUTCOMES), "description": "default: all"}


def one_of(names: Iterable[str]) -> Schema:
    """A text that is one of these."""
    return {"type": "string", "enum": [name for name in dict.fromkeys(names) if name]}


def _stack(catalog: Catalog) -> Schema:
    return {
        "type": "array",
        "items": one_of(catalog.backends),
        "description": "layers of the swap device, top first",
    }


def _value(fact: Fact) -> Schema:
    if fact.values:
        return one_of(fact.values)
    if fact.equals is not None:
        return {"type": "integer", "minimum": fact.at_least}
    return {"type": "boolean"}
