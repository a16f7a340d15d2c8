"""Put code around the methods of a server, whatever their cardinality."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import aclosing
from typing import Any, TypeAlias

import grpc

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
            behaviour = _writing(behaviour)
        made: Handler = make(
            self._around(behaviour),
            request_deserializer=self._parser(handler),
            response_serializer=handler.response_serializer,
        )
        return made


def _writing(generate: Callable[[Any, Context], Any]) -> Behaviour:
    """An async generator as a coroutine that writes what it yields.

    grpc leaves the generator of a cancelled call to the garbage collector, so its ``finally``
    would run at some other time; here it runs before the call ends.
    """

    async def write(request: Any, context: Context) -> None:
        async with aclosing(generate(request, context)) as responses:
            async for response in responses:
                await context.write(response)

    return write
