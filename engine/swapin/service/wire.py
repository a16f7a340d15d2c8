"""Fault descriptions on the wire. The only place that asks whether a field is set.

Generic over the descriptors: the field ``writeback`` of the message ``folio`` is the fact
``folio.writeback``, and a top-level field such as ``swap_count`` is the fact of its name. A
field that is added to the API needs no line here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Value
from google.protobuf.unknown_fields import UnknownFieldSet

from swapin.catalog import Catalog
from swapin.catalog.stacks import FIELD as STACK
from swapin.model import EXTENSION_FACTS, Fault, Reason
from swapin.program.description import Draft, finish
from swapin.v1 import fault_pb2


class FaultReader:
    """Reads :class:`swapin.v1.Fault` messages; what a message leaves unset stays unknown."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._paths: dict[FieldDescriptor, str] = dict(_paths())
        # Facts that are the field's value as it is; the others go through the draft's checks.
        self._plain = {
            field: path
            for field, path in self._paths.items()
            if field.type == FieldDescriptor.TYPE_BOOL
            and path in catalog.facts
            and catalog.facts[path].atoms == (path,)
            and catalog.facts[path].equals is None
        }

    def read(self, message: fault_pb2.Fault) -> Fault:
        """The fault that a message describes.

        :raises FaultError: with every problem found, in the words that the reader of the
            JSON form uses.
        """
        draft = Draft(self._catalog)
        names: dict[str, str] = {}
        _refuse_unknown(message, "", draft)
        for field, value in message.ListFields():
            if field.name == EXTENSION_FACTS:
                self._take_extension_facts(value, draft)
            elif field.type == FieldDescriptor.TYPE_MESSAGE:
                _refuse_unknown(value, field.name, draft)
                for inner, given in value.ListFields():
                    self._take(inner, given, draft, names)
            else:
                self._take(field, value, draft, names)
        return finish(draft, names)

    def _take_extension_facts(self, values: Mapping[str, Value], draft: Draft) -> None:
        if len(values) > len(self._catalog.facts):
            # Looking for near matches of a whole message of wrong names takes minutes.
            message = f"{len(values)} facts are more than the catalog has"
            draft.refuse(EXTENSION_FACTS, Reason.UNKNOWN_FIELD, message)
            return
        for name in sorted(values):
            draft.fact(name, _json_value(values[name]), f"{EXTENSION_FACTS}.{name}")

    def _take(
        self, field: FieldDescriptor, value: Any, draft: Draft, names: dict[str, str]
    ) -> None:
        plain = self._plain.get(field)
        if plain is not None:
            draft.facts[plain] = value
        elif self._paths[field] == STACK:
            draft.stack = tuple(value)
        elif self._paths[field] in self._catalog.facts:
            draft.fact(self._paths[field], value)
        elif field.type == FieldDescriptor.TYPE_STRING:
            names[self._paths[field]] = value
        else:
            draft.fact(self._paths[field], value)


def fault_to_proto(
    fault: Fault, values: Mapping[str, int | str], choices: Collection[str] = ()
) -> fault_pb2.Fault:
    """The message that describes a fault.

    :param values: for each fact of the fault whose value on the wire is a number, a number
        of which the fact is true or false as the fault says; for a choice, the name chosen.
    :param choices: atoms that the choices stand for.
    """
    message = fault_pb2.Fault(architecture=fault.architecture)
    message.kernel.release = fault.release
    message.kernel.variant = fault.variant
    if fault.backend:
        message.swap_device.backend = fault.backend
    message.swap_device.stack.extend(fault.stack)
    if fault.raw_pte is not None:
        message.pte.raw = hex(fault.raw_pte)
    fields = {path for _, path in _paths()}
    given: dict[str, bool | int | str] = dict(fault.facts)
    given.update(values)
    for name, value in given.items():
        holder, _, last = name.rpartition(".")
        if name in choices:
            continue
        if name not in fields:
            _set_value(message.extension_facts[name], value)
        else:
            setattr(getattr(message, holder) if holder else message, last, value)
    return message


def unplain_facts(fault: Fault) -> tuple[str, ...]:
    """Facts of a fault whose value on the wire may be no bool: no field holds them as one."""
    plain = {path for field, path in _paths() if field.type == FieldDescriptor.TYPE_BOOL}
    return tuple(name for name in fault.facts if name not in plain)


def _set_value(message: Value, value: bool | int | str) -> None:
    if isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, str):
        message.string_value = value
    else:
        message.number_value = value


def _paths() -> Iterator[tuple[FieldDescriptor, str]]:
    """Every field of a fault that holds a value, with its path."""
    fields: Any = fault_pb2.Fault.DESCRIPTOR.fields
    for field in fields:
        if field.name == EXTENSION_FACTS:
            continue
        if field.message_type is None:
            yield field, field.name
        else:
            for inner in field.message_type.fields:
                yield inner, f"{field.name}.{inner.name}"


def _refuse_unknown(message: Message, where: str, draft: Draft) -> None:
    """Refuse fields that this server's API does not have.

    Protobuf would drop them; but a dropped override of a capability is a wrong verdict.
    """
    unknown_fields: Any = UnknownFieldSet(message)
    for unknown in unknown_fields:
        draft.refuse(
            where,
            Reason.UNKNOWN_FIELD,
            f"field number {unknown.field_number} is not known to this server",
        )


def _json_value(value: Value) -> Any:
    """A value as the reader of the JSON form takes it."""
    kind = value.WhichOneof("kind")
    if kind is None or kind == "null_value":
        return None
    if kind in ("struct_value", "list_value"):
        # No fact has such values; this is only what the error will quote.
        return json_format.MessageToDict(value)
    if kind == "number_value" and value.number_value.is_integer():
        return int(value.number_value)
    return getattr(value, kind)
