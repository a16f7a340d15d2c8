"""Descriptions in JSON form as messages, on the side of the client."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format

from swapin.model import FaultError, Problem, Reason
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
