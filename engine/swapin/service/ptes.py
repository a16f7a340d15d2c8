"""The PTE service: batches of raw swap PTEs, decoded and encoded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from structlog.typing import FilteringBoundLogger

from swapin.catalog import Catalog
from swapin.model import FaultError, SwapPte
from swapin.program.ptes import PteCodec
from swapin.service import errors
from swapin.service.aio import Context
from swapin.service.errors import CallReason, CallRefused
from swapin.service.evaluation import SLICE
from swapin.service.logs import current
from swapin.service.wire_pte import description_from_proto, pte_to_proto
from swapin.v1 import pte_service_pb2 as pb
from swapin.v1 import pte_service_pb2_grpc as pb_grpc


class PteServicer(pb_grpc.PteServiceServicer):
    """Answers with what the codec says, and nothing else.

    :param max_batch: PTEs that one message may hold.
    :param max_answer_bytes: size that the answer to one message may have.
    """

    def __init__(
        self,
        catalog: Catalog,
        log: FilteringBoundLogger,
        *,
        max_batch: int,
        max_answer_bytes: int,
    ) -> None:
        self._codec = PteCodec(catalog)
        self._log = log
        self._max_batch = max_batch
        self._max_answer_bytes = max_answer_bytes

    async def DecodePtes(  # noqa: N802
        self, request: pb.DecodePtesRequest, context: Context
    ) -> pb.DecodePtesResponse:
        """Take raw swap PTEs apart."""
        response = pb.DecodePtesResponse()

        def decode(raw: str) -> SwapPte:
            return self._codec.decode(raw, request.architecture, request.kernel)

        await self._answer("raw", request.raw, decode, response, context)
        return response

    async def EncodePtes(  # noqa: N802
        self, request: pb.EncodePtesRequest, context: Context
    ) -> pb.EncodePtesResponse:
        """Put swap PTEs together."""
        response = pb.EncodePtesResponse()

        def encode(message: pb.SwapPte) -> SwapPte:
            return self._codec.encode(description_from_proto(message))

        await self._answer("ptes", request.ptes, encode, response, context)
        return response

    async def _answer(
        self,
        field: str,
        asked: Sequence[Any],
        answer: Callable[[Any], SwapPte],
        response: pb.DecodePtesResponse | pb.EncodePtesResponse,
        context: Context,
    ) -> None:
        """Fill in one result a value, in slices of time."""
        if len(asked) > self._max_batch:
            message = f"{len(asked)} PTEs in one message; the limit is {self._max_batch}"
            raise CallRefused(errors.bad_field(field, CallReason.BATCH_TOO_LARGE, message))
        until = time.monotonic() + SLICE
        for value in asked:
            response.results.append(self._result(value, answer))
            if time.monotonic() >= until:
                # A call whose client has left is cancelled here.
                await asyncio.sleep(0)
                if context.time_remaining() == 0:
                    raise CallRefused(errors.deadline_passed())
                until = time.monotonic() + SLICE
        if response.ByteSize() > self._max_answer_bytes:
            raise CallRefused(errors.answer_too_large(self._max_answer_bytes))

    def _result(self, value: Any, answer: Callable[[Any], SwapPte]) -> pb.PteResult:
        try:
            return pb.PteResult(pte=pte_to_proto(answer(value)))
        except FaultError as error:
            return pb.PteResult(error=errors.bad_fault(error, errors.IN_MESSAGE))
        except Exception:
            # A defect must not take the other answers with it.
            self._log.exception("pte_failed")
            return pb.PteResult(error=errors.internal(current().request_id))
