"""Reports of analyses on the wire: from their JSON form to the message, and back for clients.

Fields bear the names of the JSON form, in its order, so that what a client makes of a message is
byte for byte what the library writes. A cube is a list there and a message here, for proto3 has
no list of lists.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableSequence
from typing import Any

from google.protobuf.message import Message

from swapin.v1 import analysis_service_pb2 as pb

_CUBE = pb.Cube.DESCRIPTOR


def report_to_proto(report: Mapping[str, Any], message: Any) -> Any:
    """Fill a message from the JSON form of a report, and return it."""
    for name, value in report.items():
        kind = message.DESCRIPTOR.fields_by_name[name].message_type
        if kind is None:
            if isinstance(value, list):
                getattr(message, name).extend(value)
            else:
                setattr(message, name, value)
        elif isinstance(value, list):
            for part in value:
                inner = {"facts": part} if kind is _CUBE else part
                report_to_proto(inner, getattr(message, name).add())
        else:
            part = getattr(message, name)
            part.SetInParent()
            report_to_proto(value, part)
    return message


def report_from_proto(message: Any) -> dict[str, Any]:
    """The JSON form of a report."""
    return {field.name: _value(getattr(message, field.name)) for field in message.DESCRIPTOR.fields}


def _value(value: Any) -> Any:
    if isinstance(value, MutableSequence):
        return [_value(part) for part in value]
    if isinstance(value, pb.Cube):
        return list(value.facts)
    return report_from_proto(value) if isinstance(value, Message) else value
