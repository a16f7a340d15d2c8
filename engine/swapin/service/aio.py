"""The types of :mod:`grpc.aio`, with the parameters that only a type checker knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import grpc
import grpc.aio

if TYPE_CHECKING:
    Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]
    Handler: TypeAlias = grpc.RpcMethodHandler[Any, Any]
    GenericHandler: TypeAlias = grpc.GenericRpcHandler[Any, Any]
else:
    Context = grpc.aio.ServicerContext
    Handler = grpc.RpcMethodHandler
    GenericHandler = grpc.GenericRpcHandler

Behaviour: TypeAlias = Callable[[Any, Context], Awaitable[Any]]
"""What runs a call: takes the request, or the stream of requests, and the call's context."""

OPEN = ("/grpc.health.v1.Health/",)
"""Methods for which nobody needs a token: whoever probes a server has none."""

EXEMPT = (*OPEN, "/grpc.reflection.", "/grpc.channelz.")
"""Methods that answer for the server itself: neither limited, nor logged."""
