"""The evaluation service: one fault, a batch, a stream."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from structlog.typing import FilteringBoundLogger

from swapin.model import Depth
from swapin.program import Program
from swapin.service import errors
from swapin.service.aio import Context, Handler
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
    ) -> bytes:
        """Evaluate many faults; one that cannot be evaluated has its error in its place."""
        return await self._answer(request, context)

    async def StreamEvaluateFaults(  # noqa: N802
        self, requests: AsyncIterator[pb.StreamEvaluateFaultsRequest], context: Context
    ) -> None:
        """Answer each message of faults with a message of results, until the client ends."""
        # At once, so that a client knows that its stream was accepted before it sends.
        await context.send_initial_metadata(((REQUEST_ID, current().request_id),))
        async for request in requests:
            await context.write(await self._answer(request, context))

    async def EvaluateColumns(  # noqa: N802
        self, request: pb.EvaluateColumnsRequest, context: Context
    ) -> pb.EvaluateColumnsResponse:
        """Evaluate faults that share a description, as columns of bits."""
        return await self._columns.answer(request)

    async def _answer(
        self,
        request: pb.BatchEvaluateFaultsRequest | pb.StreamEvaluateFaultsRequest,
        context: Context,
    ) -> bytes:
        """The bytes of a response with one result a fault, made in slices of time."""
        depth = _depth(request.depth)
        faults = request.faults
        if len(faults) > self._max_batch:
            message = f"{len(faults)} faults in one message; the limit is {self._max_batch}"
            raise CallRefused(errors.bad_field("faults", CallReason.BATCH_TOO_LARGE, message))
        remaining = iter(faults)
        results: list[bytes] = []
        size = 0
        more = True
        while more:
            begin = len(results)
            more = self._fill(remaining, depth, results)
            size += sum(map(len, results[begin:]))
            if size > self._max_answer_bytes:
                raise CallRefused(errors.answer_too_large(self._max_answer_bytes))
            if more:
                # A call whose client has left is cancelled here.
                await asyncio.sleep(0)
                if context.time_remaining() == 0:
                    raise CallRefused(errors.deadline_passed())
        return b"".join(results)

    def _fill(self, faults: Iterable[fault_pb2.Fault], depth: Depth, results: list[bytes]) -> bool:
        """Evaluate until the slice is over; whether there may be faults left."""
        record = current()
        # Looked up once: a fault that was asked before costs little more than these would.
        answer_of, now, take = self._answers.answer, time.monotonic, results.append
        until = now() + SLICE
        for fault in faults:
            record.faults += 1
            try:
                answer = answer_of(fault, depth)
            except Exception:
                # A defect must not take the other answers with it.
                self._log.exception("fault_failed")
                failed = pb.Result(error=errors.internal(record.request_id))
                answer = Answer.of(failed, refused=True, undetermined=False)
            take(answer.in_response)
            record.refused += answer.refused
            record.undetermined += answer.undetermined
            if now() >= until:
                return True
        return False


def in_bytes(servicer: Any) -> dict[str, Handler]:
    """Handlers of the methods that give bytes, in place of those that generated code adds.

    To parse a request and to write its answer costs more than to find the bytes of an answer
    that was given before.

    :param servicer: an :class:`EvaluationServicer`, or what stands for one.
    """
    return {
        "EvaluateFault": grpc.unary_unary_rpc_method_handler(servicer.EvaluateFault),
        "BatchEvaluateFaults": grpc.unary_unary_rpc_method_handler(
            servicer.BatchEvaluateFaults,
            request_deserializer=pb.BatchEvaluateFaultsRequest.FromString,
        ),
        "StreamEvaluateFaults": grpc.stream_stream_rpc_method_handler(
            servicer.StreamEvaluateFaults,
            request_deserializer=pb.StreamEvaluateFaultsRequest.FromString,
        ),
    }


def _depth(number: int) -> Depth:
    depth = DEPTHS.get(number)
    if depth is None:
        message = f"`{number}` is no depth that this server knows"
        raise CallRefused(errors.bad_field("depth", CallReason.UNKNOWN_ENUM_VALUE, message))
    return depth
