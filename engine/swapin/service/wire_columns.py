"""Columns of facts and outcomes on the wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from swapin.columns import Bits, Outcomes
from swapin.columns.bits import Words, from_bytes, to_bytes, words
from swapin.v1 import evaluation_service_pb2 as pb

_PADDED = 64
"""Arrow fills buffers to a multiple of so many bytes."""


def columns_to_proto(columns: Mapping[str, Bits], faults: int) -> Iterator[pb.FactColumn]:
    """The messages of some columns."""
    for name, bits in columns.items():
        known = None if bits.known is None else to_bytes(bits.known, faults)
        yield pb.FactColumn(fact=name, values=to_bytes(bits.values, faults), known=known)


def words_from_proto(data: bytes, faults: int) -> Words:
    """The words of a message's bytes, which are not copied.

    :raises ValueError: it has fewer bytes than its faults take, or more than padding adds.
    """
    most = -(-faults // (8 * _PADDED)) * _PADDED
    if len(data) > most:
        raise ValueError(f"{len(data)} bytes; {faults} bits take at most {most}, padding included")
    return from_bytes(data, faults)


def outcomes_to_proto(outcomes: Outcomes) -> pb.EvaluateColumnsResponse:
    """The message of outcomes; a value that no fault has is left out."""
    faults = outcomes.rows
    response = pb.EvaluateColumnsResponse()
    if outcomes.impossible.any():
        response.impossible = to_bytes(outcomes.impossible, faults)
    for name, values in outcomes.values.items():
        columns = response.outcomes.add(outcome=name).values
        for value, column in values.items():
            if column.any():
                columns.add(value=value, faults=to_bytes(column, faults))
    return response


def outcomes_from_proto(message: pb.EvaluateColumnsResponse, faults: int) -> Outcomes:
    """The outcomes of a message."""
    impossible = np.zeros(words(faults), np.uint64)
    if message.impossible:
        impossible = from_bytes(message.impossible, faults)
    values = {
        outcome.outcome: {value.value: from_bytes(value.faults, faults) for value in outcome.values}
        for outcome in message.outcomes
    }
    return Outcomes(faults, values, impossible)
