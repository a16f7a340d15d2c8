"""Answers faults that come as columns of bits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import numpy as np

from swapin.columns.bits import Bits, Words, count, words
from swapin.columns.decider import Outcomes
from swapin.columns.shared import SharedDescriptions
from swapin.model import OUTCOMES, FaultError, Group, Problem
from swapin.program import Program
from swapin.service import errors
from swapin.service.errors import CallReason, CallRefused
from swapin.service.logs import current
from swapin.service.wire import FaultReader
from swapin.service.wire_columns import outcomes_to_proto, words_from_proto
from swapin.service.wire_verdict import provenance_to_proto
from swapin.v1 import evaluation_service_pb2 as pb

MOST_FAULTS = 1 << 20
"""Faults of one message. They take some 10 ms, and 128 KiB a column."""

_AT_ONCE = 1 << 18
"""Faults that are evaluated without leaving the thread that takes in calls: a few ms."""


class ColumnAnswers:
    """Answers in the form of the API.

    :param max_answer_bytes: size that the answer to one message may have.
    """

    def __init__(self, program: Program, *, max_answer_bytes: int) -> None:
        self._program = program
        self._reader = FaultReader(program.catalog)
        self._shared = SharedDescriptions(program)
        self._max_answer_bytes = max_answer_bytes

    async def answer(self, request: pb.EvaluateColumnsRequest) -> pb.EvaluateColumnsResponse:
        """The outcomes of the faults of a message.

        :raises CallRefused: they cannot be evaluated, and why.
        """
        if request.faults > MOST_FAULTS:
            message = f"{request.faults} faults in one message; the limit is {MOST_FAULTS}"
            raise CallRefused(errors.bad_field("faults", CallReason.BATCH_TOO_LARGE, message))
        groups = _groups(request)
        columns = _columns(request)
        try:
            fault = self._reader.read(request.common)
            shared = self._shared.kept(fault, columns, groups)
            if shared is None:
                # Other calls go on while it is made.
                shared = await asyncio.to_thread(self._shared.prepare, fault, columns, groups)
        except FaultError as error:
            problems = _by_place(error.problems, columns)
            raise CallRefused(errors.bad_fault(FaultError(problems))) from error
        if request.faults > _AT_ONCE:
            outcomes = await asyncio.to_thread(shared, columns, request.faults)
        else:
            outcomes = shared(columns, request.faults)
        _note(outcomes)
        response = outcomes_to_proto(outcomes)
        provenance = self._program.provenance(shared.resolved)
        response.provenance.CopyFrom(provenance_to_proto(provenance))
        if response.ByteSize() > self._max_answer_bytes:
            raise CallRefused(errors.answer_too_large(self._max_answer_bytes))
        return response


def _groups(request: pb.EvaluateColumnsRequest) -> list[Group]:
    """The outcomes that are asked for, each once."""
    for place, name in enumerate(request.outcomes):
        if name not in OUTCOMES:
            message = f"no outcome `{name}`; there are {', '.join(OUTCOMES)}"
            field = f"outcomes[{place}]"
            raise CallRefused(errors.bad_field(field, CallReason.NO_SUCH_ENTRY, message))
    return [OUTCOMES[name] for name in dict.fromkeys(request.outcomes) or OUTCOMES]


def _columns(request: pb.EvaluateColumnsRequest) -> dict[str, Bits]:
    columns: dict[str, Bits] = {}
    for place, column in enumerate(request.columns):
        if column.fact in columns:
            raise _refused(place, "fact", f"`{column.fact}` has two columns")
        known = _words(request, place, "known") if column.HasField("known") else None
        columns[column.fact] = Bits(_words(request, place, "values"), known)
    return columns


def _words(request: pb.EvaluateColumnsRequest, place: int, part: str) -> Words:
    column = request.columns[place]
    try:
        return words_from_proto(getattr(column, part), request.faults)
    except ValueError as error:
        raise _refused(place, part, f"`{column.fact}`: {error}") from error


def _refused(place: int, part: str, message: str) -> CallRefused:
    field = f"columns[{place}].{part}"
    return CallRefused(errors.bad_field(field, CallReason.COLUMN_REFUSED, message))


def _by_place(problems: Iterable[Problem], columns: Iterable[str]) -> list[Problem]:
    """Problems of columns by their fields in the message, others as they are."""
    places = {name: f"columns[{place}].fact" for place, name in enumerate(columns)}
    return [Problem(places.get(p.field, p.field), p.reason, p.message) for p in problems]


def _note(outcomes: Outcomes) -> None:
    """Count for the log and the metrics what is counted of single faults."""
    undetermined = np.zeros(words(outcomes.rows), np.uint64)
    for group in Group:
        values = outcomes.values.get(group.field, {})
        if group is not Group.PATH and group.undetermined in values:
            undetermined |= values[group.undetermined]
    record = current()
    record.faults = outcomes.rows
    record.refused = count(outcomes.impossible)
    record.undetermined = count(undetermined)
