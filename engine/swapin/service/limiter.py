"""At most so many calls in flight; one more is refused at once, not queued.

grpc's own ``maximum_concurrent_rpcs`` can be left counting calls that have ended, and refuses
without details, so it is not used.
"""

from __future__ import annotations

import asyncio
from typing import Any

import grpc

from swapin.service import errors
from swapin.service.aio import EXEMPT, Behaviour, Context, Continuation, Handler, Interceptor
from swapin.service.handlers import Refusal, Wrapping

RETRY_AFTER = 0.1
"""Seconds after which a refused client should try again."""


class Limiter(Interceptor):
    """Counts calls, unary and streams alike, from their headers to the end of their method.

    A place is held by the call's task. It is given back when the method returns or raises,
    before the answer is sent, so that a client that has its answer finds the place free; and
    in any case when the task ends, for a call whose method never ran (its request never came,
    or it was cancelled first). Giving back twice is harmless, forgetting is impossible.

    Health and reflection are exempt: a busy server must still say that it lives.

    :param limit: how many calls; at least 1.
    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError("a limit of calls is at least 1")
        self._limit = limit
        self._held: set[asyncio.Task[Any]] = set()
        self._open: set[asyncio.Task[Any]] = set()
        self._limited = Wrapping(self._giving_back)
        self._refusal = Refusal()

    @property
    def in_flight(self) -> int:
        """How many places are held."""
        return len(self._held)

    @property
    def unanswered(self) -> int:
        """How many calls are in flight or have an answer that is still being sent."""
        return len(self._open)

    async def answered(self) -> None:
        """Wait until every call that was accepted has its answer sent."""
        while self._open:
            await asyncio.wait(set(self._open))

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler:
        """Take a place for the call, or answer it with RESOURCE_EXHAUSTED."""
        handler = await continuation(handler_call_details)
        if handler is None or handler_call_details.method.startswith(EXEMPT):
            return handler
        # INVARIANT: nothing is awaited between the comparison and the taking.
        if len(self._held) >= self._limit:
            return self._refusal(errors.too_many_calls(self._limit, RETRY_AFTER))
        task = asyncio.current_task()
        assert task is not None
        self._held.add(task)
        self._open.add(task)
        task.add_done_callback(self._ended)
        return self._limited(handler)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._held.discard(task)
        self._open.discard(task)

    def _giving_back(self, behaviour: Behaviour) -> Behaviour:
        async def run(request: Any, context: Context) -> Any:
            try:
                return await behaviour(request, context)
            finally:
                task = asyncio.current_task()
                assert task is not None
                self._held.discard(task)

        return run
