"""The parts that JSON Schemas are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from swapin.program.description import HEXADECIMAL

Schema = dict[str, Any]

_DEFINED = "#/$defs/"


def text(description: str = "", **more: Any) -> Schema:
    """A string."""
    return _told({"type": "string", **more}, description)


def truth(description: str = "") -> Schema:
    """A boolean."""
    return _told({"type": "boolean"}, description)


def count(description: str = "") -> Schema:
    """A whole number, 0 or more."""
    return _told({"type": "integer", "minimum": 0}, description)


def hexadecimal(description: str = "") -> Schema:
    """A number as a string such as ``0x1f``."""
    return text(description, pattern=f"^({HEXADECIMAL})$")


def one_of(values: Iterable[str], description: str = "") -> Schema:
    """One of these strings."""
    return _told({"enum": list(values)}, description)


def listed(items: Schema, description: str = "") -> Schema:
    """An array."""
    return _told({"type": "array", "items": items}, description)


def texts(description: str = "") -> Schema:
    """An array of strings."""
    return listed(text(), description)


def by_name(values: Schema, description: str = "", names: Iterable[str] | None = None) -> Schema:
    """An object that has any number of names.

    :param names: those that there may be, if not every one.
    """
    made: Schema = {"type": "object", "additionalProperties": values}
    if names is not None:
        made["propertyNames"] = one_of(names)
    return _told(made, description)


def record(members: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object of these members. It is open: within one version it may get further ones.

    :param optional: members that may be absent.
    """
    return {
        "type": "object",
        "properties": {**members, **(optional or {})},
        "required": list(members),
    }


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    return {**schema, "type": [schema["type"], "null"]}


def defined(name: str) -> Schema:
    """What stands under this name in ``$defs``."""
    return {"$ref": f"{_DEFINED}{name}"}


def names_defined(part: Any) -> Iterator[str]:
    """The names that :func:`defined` gave to a schema or a part of one."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].removeprefix(_DEFINED)
        for inner in part.values():
            yield from names_defined(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from names_defined(inner)


def of_message(descriptor: Any) -> Schema:
    """The schema of a message as it is printed: every field, by its original name."""
    if descriptor.full_name == "swapin.v1.Cube":
        return texts()
    return record({field.name: _of_field(field) for field in descriptor.fields})


def _of_field(field: Any) -> Schema:
    if field.message_type is not None:
        made = of_message(field.message_type)
    elif field.enum_type is not None:
        made = one_of(value.name for value in field.enum_type.values if value.number)
    elif field.type == field.TYPE_BOOL:
        made = truth()
    elif field.type == field.TYPE_STRING:
        made = text()
    else:
        made = count()
    return listed(made) if field.is_repeated else made


def _told(schema: Schema, description: str) -> Schema:
    return {"description": description, **schema} if description else schema
