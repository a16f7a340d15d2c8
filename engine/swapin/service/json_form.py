"""Descriptions in JSON form as messages, on the side of the client."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf import json_format

from swapin.model import EXTENSION_FACTS, FaultError, Problem, Reason
from swapin.program.description import original_name
from swapin.v1 import fault_pb2


def message_of(description: Mapping[str, Any]) -> fault_pb2.Fault:
    """The message of a description in JSON form.

    :raises FaultError: it is not the JSON form of a fault; names the field.
    """
    if not isinstance(description, Mapping):
        message = "a fault description is a JSON object"
        raise FaultError([Problem("", Reason.MALFORMED, message)])
    try:
        return json_format.ParseDict(dict(description), fault_pb2.Fault())
    except json_format.ParseError as error:
        raise FaultError([_problem(str(error))]) from error


def extended(description: Mapping[str, Any], known: Callable[[str], bool]) -> dict[str, Any]:
    """The description with the facts that the API does not name moved to ``extension_facts``.

    :param known: whether the server has a fact of this name.
    :raises FaultError: a fact is then given twice, with different values.
    """
    moved: dict[str, Any] = {}

    def left(value: Mapping[Any, Any], where: str, fields: Any) -> dict[Any, Any]:
        kept = {}
        for written, given in value.items():
            name = f"{where}{original_name(str(written))}"
            field = fields.get(name.removeprefix(where))
            if field is None and known(name):
                moved[name] = given
            elif isinstance(given, Mapping) and not where and name != EXTENSION_FACTS:
                inner = field.message_type.fields_by_name if field and field.message_type else {}
                rest = left(given, f"{name}.", inner)
                if rest or field is not None or not given:
                    kept[written] = rest
            else:
                kept[written] = given
        return kept

    kept = left(description, "", fault_pb2.Fault.DESCRIPTOR.fields_by_name)
    key = next((key for key in kept if original_name(str(key)) == EXTENSION_FACTS), EXTENSION_FACTS)
    given = kept.get(key)
    extensions = dict(given) if isinstance(given, Mapping) else {}
    for name, value in moved.items():
        if value is not None and extensions.setdefault(name, value) != value:
            message = "given twice, with different values"
            raise FaultError([Problem(name, Reason.DISAGREES, message)])
    return {**kept, key: extensions}


def _problem(message: str) -> Problem:
    """What a parse error says, with the path of the field pieced together."""
    path = re.findall(r"Failed to parse (\S+) field", message)
    told = re.sub(r"^(Failed to parse \S+ field: )+", "", message).partition("\n")[0].rstrip(".")
    unknown = re.search(r'has no field named "([^"]*)"', told)
    if unknown:
        name = ".".join([*path, unknown[1]])
        return Problem(name, Reason.UNKNOWN_FIELD, f"unknown field `{unknown[1]}`")
    at = re.search(r" at Fault\.([\w.]*\w)", told)
    if at:
        told = told[: at.start()].rstrip(". ")
    field = at[1] if at else ".".join(path)
    return Problem(field, Reason.WRONG_TYPE, told[:1].lower() + told[1:])
