"""Put code around the methods of a server, whatever their cardinality."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any, TypeAlias

import grpc
from google.rpc import status_pb2

from swapin.service import errors
from swapin.service.aio import Behaviour, Context, Handler

Parser: TypeAlias = Callable[[bytes], Any] | None

_MAKERS = {
    (False, False): ("unary_unary", grpc.unary_unary_rpc_method_handler),
    (False, True): ("unary_stream", grpc.unary_stream_rpc_method_handler),
    (True, False): ("stream_unary", grpc.stream_unary_rpc_method_handler),
    (True, True): ("stream_stream", grpc.stream_stream_rpc_method_handler),
}


class Wrapping:
    """Makes handlers that do something around another handler; makes each but once.

    :param around: from a behaviour, the behaviour that goes around it.
    :param parser: from a handler, what makes requests of bytes in place of its own.
    """

    def __init__(
        self,
        around: Callable[[Behaviour], Behaviour],
        parser: Callable[[Handler], Parser] = lambda handler: handler.request_deserializer,
    ) -> None:
        self._around = around
        self._parser = parser
        self._made: dict[Handler, Handler] = {}

    def __call__(self, handler: Handler) -> Handler:
        """The handler with the code around it."""
        made = self._made.get(handler)
        if made is None:
            made = self._made[handler] = self._make(handler)
        return made

    def _make(self, handler: Handler) -> Handler:
        cardinality = bool(handler.request_streaming), bool(handler.response_streaming)
        attribute, make = _MAKERS[cardinality]
        behaviour = getattr(handler, attribute)
        if inspect.isasyncgenfunction(behaviour):
            behaviour = writing(behaviour)
        made: Handler = make(
            self._around(behaviour),
            request_deserializer=self._parser(handler),
            response_serializer=handler.response_serializer,
        )
        return made


class Refusal:
    """A handler that ends its call with a status; the same one for every call.

    What goes around handlers keeps what it made for each, so a handler made for one call would
    stay for ever. It takes a stream of requests, so that grpc does not wait for a unary request
    before it lets the call be refused.
    """

    def __init__(self) -> None:
        self._status: ContextVar[status_pb2.Status] = ContextVar("refusal")
        self._handler: Handler = grpc.stream_stream_rpc_method_handler(self._refuse)

    def __call__(self, status: status_pb2.Status) -> Handler:
        """The handler; it ends the call that this interceptor runs for with this status."""
        # The call has a context of its own, in which its handler runs too.
        self._status.set(status)
        return self._handler

    async def _refuse(self, _: Any, context: Context) -> None:
        await errors.abort(context, self._status.get())


def writing(generate: Callable[[Any, Context], Any]) -> Behaviour:
    """An async generator as a coroutine that writes what it yields.

    grpc leaves the generator of a cancelled call to the garbage collector, so its ``finally``
    would run at some other time; here it runs before the call ends.
    """

    async def write(request: Any, context: Context) -> None:
        async with aclosing(generate(request, context)) as responses:
            async for response in responses:
                await context.write(response)

    return write
