"""JSON Schemas of what goes in and out: made of the loaded catalog and of the protos.

``engine/swapin/schemas`` has those of swapin's own plugins as files. What comes out may get
further fields within one version, so those schemas are open; what goes in is refused for an
unknown field, so that of a fault is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from swapin.catalog import Catalog
from swapin.model import Fact, Group, Reason
from swapin.program.description import EXTENSION_FACTS, HEXADECIMAL
from swapin.v1 import analysis_service_pb2, verdict_pb2

VERSION = "v1"
"""Of all schemas: that of the API."""

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TRUTH: Schema = {"type": "boolean"}
_HEXADECIMAL: Schema = {"type": "string", "pattern": f"^({HEXADECIMAL})?$"}


def schema(name: str, catalog: Catalog) -> Schema:
    """The schema of a name in :data:`NAMES`; facts and presets are those of the catalog.

    :raises LookupError: there is no such schema.
    """
    if name not in _MADE_BY:
        raise LookupError(f"no schema `{name}`; there are {', '.join(_MADE_BY)}")
    title, make = _MADE_BY[name]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:swapin:{VERSION}:{name}",
        "title": title,
        **make(catalog),
    }


# What goes in.


def _fault(catalog: Catalog) -> Schema:
    kernels = catalog.kernels.values()
    backend = _one_of(catalog.backends)
    objects: dict[str, Schema] = {
        "kernel": {
            "release": {"enum": sorted({k.release for k in kernels} | catalog.kernels.keys())},
            "variant": _one_of({k.variant for k in kernels}),
        },
        "swap_device": {
            "backend": backend,
            "stack": {"type": "array", "items": {"enum": sorted(catalog.backends)}},
        },
        "pte": {"raw": _HEXADECIMAL},
    }
    top: dict[str, Schema] = {"architecture": _one_of(catalog.architectures)}
    for fact in catalog.facts.values():
        holder, dot, name = fact.name.partition(".")
        if dot:
            objects.setdefault(holder, {})[name] = _of_fact(fact)
        else:
            top[holder] = _of_fact(fact)
    top.update({name: _closed(_nullable(members)) for name, members in objects.items()})
    extensions = {fact.name: _of_fact(fact) for fact in catalog.facts.values()}
    top[EXTENSION_FACTS] = {
        "type": "object",
        "properties": extensions,
        "additionalProperties": False,
    }
    kernel = top.pop("kernel")
    kernel["properties"]["release"] = objects["kernel"]["release"]
    kernel["required"] = ["release"]
    made = _closed({"kernel": kernel, **_nullable(top)})
    return {**made, "required": ["kernel"]}


def _one_of(names: Any) -> Schema:
    # The empty text says that it is not known.
    return {"enum": ["", *sorted(set(names) - {""})]}


def _of_fact(fact: Fact) -> Schema:
    made: Schema = {"description": fact.meaning}
    if fact.values:
        return {**made, "enum": list(fact.values)}
    if fact.equals is not None:
        return {**made, "type": "integer", "minimum": fact.at_least}
    return {**made, **_TRUTH}


def _nullable(members: Mapping[str, Schema]) -> dict[str, Schema]:
    """Fields as JSON may spell them, with null for those that are left out."""
    made = {}
    for name, given in members.items():
        either = {"anyOf": [given, {"type": "null"}]}
        made[name] = either
        head, *rest = name.split("_")
        made["".join([head, *(part.capitalize() for part in rest)])] = either
    return made


def _closed(members: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(members), "additionalProperties": False}


def _observation(catalog: Catalog) -> Schema:
    truth, text = {"type": ["boolean", "null"]}, {"type": ["string", "null"]}
    number = {"type": ["integer", "null"], "minimum": 0}
    releases = sorted({kernel.release for kernel in catalog.kernels.values()})

    def part(required: tuple[str, ...] = (), **members: Schema) -> Schema:
        return {"type": "object", "properties": members, "required": list(required)}

    made = part(
        ("kernel", "observed"),
        kernel=part(("release",), release={"enum": releases}, variant=_TEXT, version=_TEXT),
        architecture=_TEXT,
        swap_device=part(backend=text, stable_writes=truth, synchronous_io=truth),
        pte=part(raw={**_HEXADECIMAL, "type": ["string", "null"]}, swp_exclusive=truth),
        access=part(write=truth, fault_flags=text),
        swap_count=number,
        at_map=part(
            ksm=truth,
            anon=truth,
            swapcache=truth,
            writeback=truth,
            refcount=number,
            folio_flags=text,
        ),
        observed=part(rmap_exclusive=truth, do_wp_page_followed=truth, copied=truth),
        scenario=part(name=_TEXT, access=_TEXT, raced=truth, facts={"type": "object"}),
    )
    made["properties"]["scenario"]["type"] = ["object", "null"]
    return made


# What comes out.


def _verdict(catalog: Catalog) -> Schema:
    made = _of_message(verdict_pb2.Verdict.DESCRIPTOR)
    made["properties"]["outcomes"]["properties"] = {
        group.field: {"enum": list(group.values)} for group in Group
    }
    # Empty parts of an explanation are left out, and an empty one is too.
    made["required"] = ["outcomes", "settled_by", "provenance"]
    explanation = made["properties"]["explanation"]
    explanation["required"] = []
    for parts, always in (
        ("outcomes", ["outcome", "answer"]),
        ("rules", ["id", "kind", "outcome"]),
    ):
        explanation["properties"][parts]["items"]["required"] = always
    return made


def _error(catalog: Catalog) -> Schema:
    problem = {
        "type": "object",
        "properties": {
            "field": _TEXT,
            "reason": {"enum": [reason.value for reason in Reason]},
            "message": _TEXT,
        },
        "required": ["field", "reason", "message"],
    }
    error = {
        "type": "object",
        "properties": {
            "line": {"type": "integer", "minimum": 0},
            "problems": {"type": "array", "items": problem, "minItems": 1},
        },
        "required": ["line", "problems"],
    }
    return {"type": "object", "properties": {"error": error}, "required": ["error"]}


def _result(catalog: Catalog) -> Schema:
    return {"oneOf": [_verdict(catalog), _error(catalog)]}


def _report(message: Any) -> Callable[[Catalog], Schema]:
    return lambda catalog: _of_message(message.DESCRIPTOR)


def _of_message(descriptor: Any) -> Schema:
    """The schema of a message as it is printed: every field, by its original name."""
    if descriptor.full_name == "swapin.v1.Cube":
        return {"type": "array", "items": _TEXT}
    members = {field.name: _of_field(field) for field in descriptor.fields}
    return {"type": "object", "properties": members, "required": list(members)}


def _of_field(field: Any) -> Schema:
    if field.message_type is not None:
        made = _of_message(field.message_type)
    elif field.enum_type is not None:
        names = [value.name for value in field.enum_type.values if value.number]
        made = {"enum": names}
    elif field.type == field.TYPE_BOOL:
        made = _TRUTH
    elif field.type == field.TYPE_STRING:
        made = _TEXT
    else:
        made = {"type": "integer", "minimum": 0}
    return {"type": "array", "items": made} if field.is_repeated else made


_MADE_BY: Mapping[str, tuple[str, Callable[[Catalog], Schema]]] = {
    "fault": ("A fault description, for eval, library and server", _fault),
    "verdict": ("A verdict", _verdict),
    "error": ("What stands in place of a verdict for a bad line", _error),
    "result": ("A line that `swapin eval --json` writes", _result),
    "observation": ("A fault that a real kernel took, for audit", _observation),
    "check": ("A line of `swapin check --json`", _report(analysis_service_pb2.CheckReport)),
    "diff": ("What `swapin diff --json` writes", _report(analysis_service_pb2.DiffReport)),
    "reach": ("What `swapin reach --json` writes", _report(analysis_service_pb2.ReachReport)),
}

NAMES = tuple(_MADE_BY)
"""The names of all schemas."""
