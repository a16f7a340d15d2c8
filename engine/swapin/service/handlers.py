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


def remade(
    handler: Handler, around: Callable[[Behaviour], Behaviour], parser: Parser = None
) -> Handler:
    """A handler that does something around another one.

    :param around: from a behaviour, the behaviour that goes around it.
    :param parser: what makes requests of bytes; ``None`` leaves them bytes.
    """
    attribute, make = _MAKERS[bool(handler.request_streaming), bool(handler.response_streaming)]
    behaviour = getattr(handler, attribute)
    if inspect.isasyncgenfunction(behaviour):
        behaviour = writing(behaviour)
    made: Handler = make(
        around(behaviour),
        request_deserializer=parser,
        response_serializer=handler.response_serializer,
    )
    return made


class Refusal:
    """A handler that ends its call with a status; the same one for every call.

    It takes a stream of requests, so that grpc does not wait for a unary request before it lets
    the call be refused.
    """

    def __init__(self) -> None:
        self._status: ContextVar[status_pb2.Status] = ContextVar("refusal")
        self.handler: Handler = grpc.stream_stream_rpc_method_handler(self._refuse)

    def set(self, status: status_pb2.Status) -> None:
        """End the call that this runs for with this status, if the handler gets it."""
        # The call has a context of its own, in which its handler runs too.
        self._status.set(status)

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
