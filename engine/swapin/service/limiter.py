"""At most so many calls in flight; one more is refused at once, not queued.

grpc's own ``maximum_concurrent_rpcs`` can be left counting calls that have ended, and refuses
without details, so it is not used.
"""

from __future__ import annotations

import asyncio

from google.rpc import status_pb2

from swapin.service import errors
from swapin.service.logs import CallRecord

RETRY_AFTER = 0.1
"""Seconds after which a refused client should try again."""


class Limiter:
    """Counts calls, unary and streams alike, from their headers to the end of their method.

    A call is known by its record. Its place is given back when the method returns or raises,
    before the answer is sent, so that a client that has its answer finds the place free; and
    in any case when the call ends, for one whose method never ran (its request never came,
    or it was cancelled first). Giving back twice is harmless, forgetting is impossible.

    :param limit: how many calls; at least 1.
    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError("a limit of calls is at least 1")
        self._limit = limit
        self._held: set[CallRecord] = set()
        self._open: set[CallRecord] = set()
        self._waiting: asyncio.Event | None = None
        self.give_back = self._held.discard
        """Told of a call whose method has ended."""

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
            self._waiting = asyncio.Event()
            await self._waiting.wait()

    def take(self, call: CallRecord) -> bool:
        """Take a place for a call; false if there is none."""
        if len(self._held) >= self._limit:
            return False
        self._held.add(call)
        self._open.add(call)
        return True

    def refusal(self) -> status_pb2.Status:
        """What a call is told for which there is no place."""
        return errors.too_many_calls(self._limit, RETRY_AFTER)

    def ended(self, call: CallRecord) -> None:
        """The call has ended, whether its method ever ran or not."""
        self._held.discard(call)
        self._open.discard(call)
        if self._waiting is not None and not self._open:
            self._waiting.set()
