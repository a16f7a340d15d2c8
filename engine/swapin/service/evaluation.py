"""The evaluation service: one fault, a batch, a stream."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable

from google.protobuf.message import DecodeError
from structlog.typing import FilteringBoundLogger

from swapin.model import Depth
from swapin.program import Program
from swapin.service import errors
from swapin.service.aio import Context
from swapin.service.answers import KEPT_BYTES, Answer, Answers, Seen
from swapin.service.columns import ColumnAnswers
from swapin.service.errors import CallReason, CallRefused
from swapin.service.kept import Kept
from swapin.service.logs import REQUEST_ID, current
from swapin.service.wire_verdict import DEPTHS
from swapin.v1 import evaluation_service_pb2 as pb
from swapin.v1 import evaluation_service_pb2_grpc as pb_grpc
from swapin.v1 import fault_pb2

SLICE = 0.005
"""Seconds of work after which a batch lets other calls run, and looks whether it is wanted."""

IN_BYTES = ("EvaluateFault",)
"""Methods that take and give the bytes of their messages.

To parse a request and to write its answer costs more than to find the bytes of an answer that
was given before.
"""

_ONE = pb.EvaluateFaultRequest.DESCRIPTOR.full_name


class EvaluationServicer(pb_grpc.EvaluationServiceServicer):
    """Answers with what the program says, and nothing else.

    :param max_batch: faults that one message may hold.
    :param max_answer_bytes: size that the answer to one message may have.
    :param seen: told of every fault with its result.
    """

    def __init__(
        self,
        program: Program,
        log: FilteringBoundLogger,
        *,
        max_batch: int,
        max_answer_bytes: int,
        seen: Seen | None = None,
    ) -> None:
        self._answers = Answers(program, seen=seen)
        self._seen = seen
        self._given: Kept[bytes, tuple[Answer, bytes]] = Kept(KEPT_BYTES)
        self._log = log
        self._max_batch = max_batch
        self._max_answer_bytes = max_answer_bytes
        self._columns = ColumnAnswers(program, max_answer_bytes=max_answer_bytes)

    async def EvaluateFault(  # noqa: N802
        self, request: bytes, context: Context
    ) -> bytes:
        """Evaluate one fault. Takes and gives the bytes of its messages."""
        given = self._given.get(request)
        if given is None or self._seen is not None:
            given = self._evaluated(request)
        answer, encoded = given
        record = current()
        record.faults = 1
        record.refused = answer.refused
        record.undetermined = answer.undetermined
        if answer.refused:
            raise CallRefused(errors.for_headers(answer.result.error))
        return encoded

    def _evaluated(self, request: bytes) -> tuple[Answer, bytes]:
        try:
            message = pb.EvaluateFaultRequest.FromString(request)
        except DecodeError:
            raise CallRefused(errors.malformed(_ONE)) from None
        depth = _depth(message.depth)
        answer = self._answers.answer(message.fault, depth)
        given = self._given.get(request)
        if given is None:
            verdict = answer.result.verdict
            given = answer, pb.EvaluateFaultResponse(verdict=verdict).SerializeToString()
            size = len(request) + answer.result.ByteSize() + len(given[1])
            self._given.keep(request, given, size)
        return given

    async def BatchEvaluateFaults(  # noqa: N802
        self, request: pb.BatchEvaluateFaultsRequest, context: Context
    ) -> pb.BatchEvaluateFaultsResponse:
        """Evaluate many faults; one that cannot be evaluated has its error in its place."""
        response = pb.BatchEvaluateFaultsResponse()
        await self._answer(request, response, context)
        return response

    async def StreamEvaluateFaults(  # noqa: N802
        self, requests: AsyncIterator[pb.StreamEvaluateFaultsRequest], context: Context
    ) -> None:
        """Answer each message of faults with a message of results, until the client ends."""
        # At once, so that a client knows that its stream was accepted before it sends.
        await context.send_initial_metadata(((REQUEST_ID, current().request_id),))
        async for request in requests:
            response = pb.StreamEvaluateFaultsResponse()
            await self._answer(request, response, context)
            await context.write(response)

    async def EvaluateColumns(  # noqa: N802
        self, request: pb.EvaluateColumnsRequest, context: Context
    ) -> pb.EvaluateColumnsResponse:
        """Evaluate faults that share a description, as columns of bits."""
        return await self._columns.answer(request)

    async def _answer(
        self,
        request: pb.BatchEvaluateFaultsRequest | pb.StreamEvaluateFaultsRequest,
        response: pb.BatchEvaluateFaultsResponse | pb.StreamEvaluateFaultsResponse,
        context: Context,
    ) -> None:
        """Fill in one result a fault, in slices of time."""
        depth = _depth(request.depth)
        faults = request.faults
        if len(faults) > self._max_batch:
            message = f"{len(faults)} faults in one message; the limit is {self._max_batch}"
            raise CallRefused(errors.bad_field("faults", CallReason.BATCH_TOO_LARGE, message))
        remaining = iter(faults)
        while self._fill(remaining, depth, response):
            # A call whose client has left is cancelled here.
            await asyncio.sleep(0)
            if context.time_remaining() == 0:
                raise CallRefused(errors.deadline_passed())
            self._refuse_large(response)
        self._refuse_large(response)

    def _fill(
        self,
        faults: Iterable[fault_pb2.Fault],
        depth: Depth,
        response: pb.BatchEvaluateFaultsResponse | pb.StreamEvaluateFaultsResponse,
    ) -> bool:
        """Evaluate until the slice is over; whether there may be faults left."""
        record = current()
        until = time.monotonic() + SLICE
        for fault in faults:
            record.faults += 1
            try:
                answer = self._answers.answer(fault, depth)
            except Exception:
                # A defect must not take the other answers with it.
                self._log.exception("fault_failed")
                error = errors.internal(record.request_id)
                answer = Answer(pb.Result(error=error), refused=True, undetermined=False)
            response.results.append(answer.result)
            record.refused += answer.refused
            record.undetermined += answer.undetermined
            if time.monotonic() >= until:
                return True
        return False

    def _refuse_large(
        self, response: pb.BatchEvaluateFaultsResponse | pb.StreamEvaluateFaultsResponse
    ) -> None:
        if response.ByteSize() > self._max_answer_bytes:
            raise CallRefused(errors.answer_too_large(self._max_answer_bytes))


def _depth(number: int) -> Depth:
    depth = DEPTHS.get(number)
    if depth is None:
        message = f"`{number}` is no depth that this server knows"
        raise CallRefused(errors.bad_field("depth", CallReason.UNKNOWN_ENUM_VALUE, message))
    return depth
