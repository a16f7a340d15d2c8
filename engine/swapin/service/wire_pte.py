"""Swap PTEs on the wire, in both directions."""

from __future__ import annotations

from typing import Any

from google.protobuf.unknown_fields import UnknownFieldSet

from swapin.model import FaultError, Problem, Reason, SwapPte
from swapin.model.swap_pte import FLAGS
from swapin.program.ptes import PteDescription, read_pte
from swapin.v1 import pte_service_pb2 as pb

_TEXTS = ("raw", "entry", "pte_low", "pte_high")


def pte_to_proto(pte: SwapPte) -> pb.SwapPte:
    """The message of a decoded or encoded PTE."""
    return _message(pte.to_dict())


def pte_from_proto(message: pb.SwapPte) -> SwapPte:
    """The PTE of an answer; the inverse of :func:`pte_to_proto`."""
    given = _given(message)
    low, high = given.get("pte_low"), given.get("pte_high")
    marker = given.get("marker")
    return SwapPte(
        raw=int(given["raw"], 16),
        architecture=given["architecture"],
        kernel=given["kernel"],
        entry=given.get("entry", ""),
        type=given["type"],
        offset=given["offset"],
        marker=None if marker is None else tuple(marker),
        words=(int(low, 16), int(high, 16)) if low and high else None,
        **{name: given.get(name) for name in FLAGS},
    )


def description_to_proto(description: PteDescription) -> pb.SwapPte:
    """The message that asks for a PTE."""
    return _message(
        {
            "architecture": description.architecture,
            "kernel": description.kernel,
            "type": description.type,
            "offset": description.offset,
            "entry": description.entry or None,
            **description.flags,
            **description.derived,
        }
    )


def description_from_proto(message: pb.SwapPte) -> PteDescription:
    """The PTE that a message asks for.

    :raises FaultError: as :func:`read_pte`; or a field that this server does not know, which
        may be a bit of the PTE.
    """
    unknown_fields: Any = UnknownFieldSet(message)
    problems = [
        Problem(
            "",
            Reason.UNKNOWN_FIELD,
            f"field number {unknown.field_number} is not known to this server",
        )
        for unknown in unknown_fields
    ]
    if problems:
        raise FaultError(problems)
    return read_pte(_given(message))


def _message(given: dict[str, Any]) -> pb.SwapPte:
    message = pb.SwapPte()
    for name, value in given.items():
        if value is None:
            continue
        if name == "marker":
            message.marker.SetInParent()
            message.marker.meanings.extend(value)
        else:
            setattr(message, name, value)
    return message


def _given(message: pb.SwapPte) -> dict[str, Any]:
    """What is set, in the JSON form."""
    return {
        field.name: list(value.meanings) if isinstance(value, pb.PteMarker) else value
        for field, value in message.ListFields()
    }
