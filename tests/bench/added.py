"""What a unary call costs in process: all that is ours, without gRPC, beside an empty handler.

CPU time of this thread, so that what a busy machine takes from it is not counted.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
from measure import Row, interleaved, rows
from wire import METHOD, request

from swapin.program import load_program
from swapin.service.evaluation import EvaluationServicer
from swapin.service.gate import Gate
from swapin.service.guard import Guard
from swapin.service.limiter import Limiter
from swapin.service.logs import CallLog, make_log
from swapin.v1 import evaluation_service_pb2 as pb

CALLS = 4000
IN_FLIGHT = 50


@dataclass(slots=True)
class _Details:
    method: str = METHOD
    invocation_metadata: tuple[tuple[str, str], ...] = (("user-agent", "bench"),)


class _Context:
    def set_trailing_metadata(self, metadata: Any) -> None:
        self.metadata = tuple(metadata)


def run(rounds: int) -> list[Row]:
    """Microseconds a call, each in a task of its own, log lines included."""
    raw = request().SerializeToString()
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        log = make_log(nowhere)
        calls = CallLog(log)
        gate = Gate(calls, Limiter(256), Guard(log), None)
        evaluation = EvaluationServicer(load_program(), log, max_batch=1, max_answer_bytes=1 << 20)
        service, _, _ = METHOD.removeprefix("/").rpartition("/")
        handler = grpc.unary_unary_rpc_method_handler(evaluation.EvaluateFault)
        gate.add_registered_method_handlers(service, {"EvaluateFault": handler})

        async def ours() -> Any:
            handler: Any = gate.service(_Details())
            return await handler.unary_unary(raw, _Context())

        answer = pb.EvaluateFaultResponse.FromString(asyncio.run(_one(ours)))

        async def handle(_: pb.EvaluateFaultRequest, __: _Context) -> pb.EvaluateFaultResponse:
            return answer

        async def empty() -> None:
            _Details()
            message = await handle(pb.EvaluateFaultRequest.FromString(raw), _Context())
            message.SerializeToString()

        async def many(one: Callable[[], Awaitable[Any]]) -> float:
            started = time.thread_time_ns()
            for _ in range(CALLS // IN_FLIGHT):
                await asyncio.gather(*(one() for _ in range(IN_FLIGHT)))
            await asyncio.sleep(0)
            calls.flush()
            return (time.thread_time_ns() - started) / CALLS / 1000

        figures = interleaved(
            3 * rounds,
            {
                "empty handler with its messages": lambda: asyncio.run(many(empty)),
                "all that a call passes": lambda: asyncio.run(many(ours)),
            },
        )
    return rows(figures, "us CPU/call", "empty handler with its messages")


async def _one(call: Callable[[], Awaitable[Any]]) -> Any:
    return await asyncio.ensure_future(call())
