"""The gate that every call passes: recorded, allowed, counted, guarded.

One generic handler rather than an interceptor for each, since every interceptor costs a call
two coroutines and a closure, which is more than it costs to evaluate a fault.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import grpc
import grpc.aio

from swapin.service import errors
from swapin.service.access import Access
from swapin.service.aio import (
    EXEMPT,
    OPEN,
    Behaviour,
    Context,
    GenericHandler,
    Handler,
)
from swapin.service.guard import Guard
from swapin.service.handlers import Refusal, remade
from swapin.service.limiter import Limiter
from swapin.service.logs import REQUEST_ID, CallLog, current

_NEARLY_LATE = 0.02
"""Seconds before its deadline at which a call that is cancelled counts as late. The client's
deadline passes first, since it is sent rounded up and begins to count here when it arrives; then
the client cancels."""


class Gate(GenericHandler):
    """Holds the methods of all services, and lets calls through to them.

    The generated ``add_…Servicer_to_server()`` take it for a server. It is the only handler of
    the real one: what is not added here is not served.
    """

    def __init__(
        self, calls: CallLog, limiter: Limiter, guard: Guard, access: Access | None
    ) -> None:
        self._calls = calls
        self._limiter = limiter
        self._guard = guard
        self._access = access
        self._behind: dict[str, Handler] = {}
        self._exempt: dict[str, Handler] = {}
        self._refusal = Refusal()
        self._refused = remade(self._refusal.handler, self._around(self._refusal.handler))

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Handler]) -> None:
        """Add methods of a service, in place of those of the same name."""
        for name, handler in handlers.items():
            method = f"/{service}/{name}"
            if method.startswith(EXEMPT):
                self._exempt[method] = handler
            else:
                self._behind[method] = remade(
                    handler, self._around(handler), self._guard.parser(handler)
                )

    def add_generic_rpc_handlers(self, handlers: Iterable[Any]) -> None:
        """Nothing: generated code adds the same handlers by their names too."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler | None:
        """The handler for a call; runs in the call's task, before its request has come."""
        method = handler_call_details.method
        metadata = handler_call_details.invocation_metadata
        if method.startswith(EXEMPT):
            if not self._allowed(method, metadata):
                return self._refusal.handler
            return self._exempt.get(method)
        record = self._calls.opened(method, metadata)
        task = asyncio.current_task()
        assert task is not None
        task.add_done_callback(self._ended)
        if not self._allowed(method, metadata):
            return self._refused
        handler = self._behind.get(method)
        if handler is None:
            record.code = grpc.StatusCode.UNIMPLEMENTED.name
        elif not self._limiter.take(record):
            self._refusal.set(self._limiter.refusal())
            return self._refused
        return handler

    def _allowed(self, method: str, metadata: Any) -> bool:
        if self._access is None or method.startswith(OPEN):
            return True
        refusal = self._access.refusal(method, metadata)
        if refusal is not None:
            self._refusal.set(refusal)
        return refusal is None

    def _ended(self, task: asyncio.Task[Any]) -> None:
        # Runs in the context that the call ran in.
        self._limiter.ended(self._calls.finished())

    def _around(self, handler: Handler) -> Callable[[Behaviour], Behaviour]:
        """What goes around the behaviour of a handler."""
        guard, give_back = self._guard, self._limiter.give_back
        many, parsed = bool(handler.request_streaming), handler.request_deserializer is not None

        def around(behaviour: Behaviour) -> Behaviour:
            async def run(request: Any, context: Context) -> Any:
                record = current()
                context.set_trailing_metadata(((REQUEST_ID, record.request_id),))
                try:
                    try:
                        if parsed:
                            request = guard.checked(request)
                        answer = await behaviour(request, context)
                    except grpc.aio.BaseError:
                        # grpc's own: the call was aborted, or the client has left.
                        raise
                    except Exception as error:
                        await errors.abort(context, guard.status_of(error))
                    finally:
                        give_back(record)
                    if many:
                        # grpc tells of a client that left as of one that ended its stream; that
                        # it left arrives a moment later, as a cancellation. Should that come
                        # too late even so, the line says OK.
                        await asyncio.sleep(0)
                except grpc.aio.AbortError:
                    record.code = context.code().name
                    raise
                except BaseException:
                    # The client left, or its deadline passed: seen as a cancelled task, or first
                    # as a message that could not be sent.
                    remaining = context.time_remaining()
                    late = remaining is not None and remaining < _NEARLY_LATE
                    record.code = "DEADLINE_EXCEEDED" if late else "CANCELLED"
                    raise
                record.code = "OK"
                return answer

            return run

        return around
