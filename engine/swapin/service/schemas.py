"""JSON Schemas of what goes in and out: made of the loaded catalog, of the protos, and by hand.

``engine/swapin/schemas`` has those of swapin's own plugins as files. What comes out may get
further fields within one version, so those schemas are open; what goes in is refused for an
unknown field, so that of a fault is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from swapin.catalog import KINDS, Catalog
from swapin.model import EXTENSION_FACTS, Fact, Group, Reason
from swapin.program.description import HEXADECIMAL
from swapin.service import schemas_of_commands as of_commands
from swapin.service.json_schema import (
    Schema,
    count,
    defined,
    listed,
    names_defined,
    nullable,
    of_message,
    one_of,
    record,
    text,
    truth,
)
from swapin.v1 import analysis_service_pb2 as pb
from swapin.v1 import verdict_pb2

VERSION = "v1"
"""Of all schemas: that of the API."""

_HEXADECIMAL = text(pattern=f"^({HEXADECIMAL})?$")


def schema(name: str, catalog: Catalog) -> Schema:
    """The schema of a name in :data:`NAMES`; facts and presets are those of the catalog.

    :raises LookupError: there is no such schema.
    """
    if name in _OF_CATALOG:
        title, made = _OF_CATALOG[name][0], _OF_CATALOG[name][1](catalog)
    elif name in _FIXED:
        title, made = _FIXED[name][0], _FIXED[name][1]()
    else:
        raise LookupError(f"no schema `{name}`; there are {', '.join(NAMES)}")
    parts = {**_shared(made), **made.pop("$defs", {})}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:swapin:{VERSION}:{name}",
        "title": title,
        **made,
        **({"$defs": parts} if parts else {}),
    }


def _shared(made: Schema) -> dict[str, Schema]:
    """What several schemas have in ``$defs``, as far as this one refers to it."""
    found: dict[str, Schema] = {}
    wanted = {*names_defined(made)}
    while left := sorted(wanted & _SHARED.keys() - found.keys()):
        for name in left:
            found[name] = _SHARED[name]()
            wanted |= {*names_defined(found[name])}
    return found


# What goes in.


def _fault(catalog: Catalog) -> Schema:
    kernels = catalog.kernels.values()
    backend = _name_of(catalog.backends)
    objects: dict[str, Schema] = {
        "kernel": {
            "release": {"enum": sorted({k.release for k in kernels} | catalog.kernels.keys())},
            "variant": _name_of({k.variant for k in kernels}),
        },
        "swap_device": {
            "backend": backend,
            "stack": {"type": "array", "items": {"enum": sorted(catalog.backends)}},
        },
        "pte": {"raw": _HEXADECIMAL},
    }
    top: dict[str, Schema] = {"architecture": _name_of(catalog.architectures)}
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
    # By its full name beside the objects, as tables name their columns.
    facts = f"#/properties/{EXTENSION_FACTS}/anyOf/0/properties"
    top.update({name: {"$ref": f"{facts}/{name}"} for name in extensions if "." in name})
    kernel = top.pop("kernel")
    kernel["properties"]["release"] = objects["kernel"]["release"]
    kernel["required"] = ["release"]
    made = _closed({"kernel": kernel, **_nullable(top)})
    return {**made, "required": ["kernel"]}


def _name_of(names: Iterable[str]) -> Schema:
    # The empty text says that it is not known.
    return {"enum": ["", *sorted(set(names) - {""})]}


def _of_fact(fact: Fact) -> Schema:
    made: Schema = {"description": fact.meaning}
    if fact.values:
        return {**made, "enum": list(fact.values)}
    if fact.equals is not None:
        return {**made, "type": "integer", "minimum": fact.at_least}
    return {**made, **truth()}


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
    known, said, number = nullable(truth()), nullable(text()), nullable(count())
    releases = sorted({kernel.release for kernel in catalog.kernels.values()})
    parts: dict[str, Schema] = {
        "architecture": text(),
        "swap_device": record(
            {}, {"backend": said, "stable_writes": known, "synchronous_io": known}
        ),
        "pte": record({}, {"raw": nullable(_HEXADECIMAL), "swp_exclusive": known}),
        "access": record({}, {"write": known, "fault_flags": said}),
        "swap_count": number,
        "at_map": record(
            {},
            {
                "ksm": known,
                "anon": known,
                "swapcache": known,
                "writeback": known,
                "refcount": number,
                "folio_flags": said,
            },
        ),
        "scenario": nullable(
            record(
                {},
                {"name": text(), "access": text(), "raced": known, "facts": {"type": "object"}},
            )
        ),
    }
    kernel = record({"release": one_of(releases)}, {"variant": text(), "version": text()})
    observed = dict.fromkeys(("rmap_exclusive", "do_wp_page_followed", "copied"), known)
    return record({"kernel": kernel, "observed": record({}, observed)}, parts)


# What comes out.


def _verdict() -> Schema:
    made = of_message(verdict_pb2.Verdict.DESCRIPTOR)
    made["properties"]["outcomes"]["properties"] = {
        group.field: one_of(group.values) for group in Group
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


def _problem() -> Schema:
    reason = one_of(reason.value for reason in Reason)
    return record({"field": text(), "reason": reason, "message": text()})


def _error() -> Schema:
    problems = {**listed(defined("problem")), "minItems": 1}
    return record({"error": record({"line": count("0: no line"), "problems": problems})})


_SHARED = {"verdict": _verdict, "error": _error, "problem": _problem}
"""What stands in ``$defs`` of each schema that refers to it."""


def _result() -> Schema:
    return {"oneOf": [defined("verdict"), defined("error")]}


def _report(message: Any) -> Schema:
    descriptor = message.DESCRIPTOR
    meant = f"the JSON form of {descriptor.full_name}, whose fields docs/reference.md describes"
    return {"description": meant, **of_message(descriptor)}


_OF_CATALOG: Mapping[str, tuple[str, Callable[[Catalog], Schema]]] = {
    "fault": ("A fault description, for eval, library and server", _fault),
    "observation": ("A fault that a real kernel took, for audit", _observation),
}

_FIXED: Mapping[str, tuple[str, Callable[[], Schema]]] = {
    "verdict": ("A verdict", _verdict),
    "error": ("What stands in place of a verdict for a bad line", _error),
    "result": ("A line that `swapin eval --json` writes", _result),
    "table": ("What `swapin eval TABLE --json` writes", of_commands.table),
    "check": ("A line of `swapin check --json`", partial(_report, pb.CheckReport)),
    "diff": ("What `swapin diff --json` writes", partial(_report, pb.DiffReport)),
    "reach": ("What `swapin reach --json` writes", partial(_report, pb.ReachReport)),
    "explore": ("What `swapin explore --json` writes", of_commands.explore),
    "prove": ("What `swapin prove --json` writes", of_commands.prove),
    "audit": ("What `swapin audit --json` writes", of_commands.audit),
    "litmus": ("A line of `swapin litmus run --json`", of_commands.litmus),
    "pte": ("A line of `swapin pte decode|encode --json`", of_commands.pte),
    "source-check": ("What `swapin source-check --json` writes", of_commands.source_check),
    "sql": ("What `swapin sql --json` writes", of_commands.sql),
    "replay": ("A line of `swapin replay --json`", of_commands.replay),
    "decision": ("A line of `swapin serve --decision-log`", of_commands.decision),
    "doctor": ("What `swapin plugins doctor --json` writes", of_commands.doctor),
    "lab-kernel": ("A line of `swapin lab kernels --json`", of_commands.lab_kernel),
    "lab-scenario": ("A line of `swapin lab scenarios --json`", of_commands.lab_scenario),
    "lab-matrix": ("What `swapin lab run|matrix --json` writes", of_commands.lab_matrix),
    "lab-diff": ("A line of `swapin lab diff --json`", of_commands.lab_diff),
    "lab-recipe": ("A line of `swapin lab recipes --json`", of_commands.lab_recipe),
    "lab-litmus": ("A line of `swapin lab run --litmus --json`", of_commands.lab_litmus),
    **{
        kind: (f"What `swapin {kind} list|show --json` writes", partial(of_commands.entries, kind))
        for kind in KINDS
    },
}

NAMES = (*_OF_CATALOG, *_FIXED)
"""The names of all schemas."""
