"""Presents a token with every call of a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import grpc


class _Details(NamedTuple):
    method: str
    timeout: float | None
    metadata: Any
    credentials: Any
    wait_for_ready: bool | None
    compression: Any


def presenting(channel: grpc.Channel, token: str) -> grpc.Channel:
    """The channel, with ``authorization: Bearer TOKEN`` on every call."""
    bearer: Any = _Bearer(token)
    return grpc.intercept_channel(channel, bearer)


if TYPE_CHECKING:
    _Interceptors = object
else:

    class _Interceptors(
        grpc.UnaryUnaryClientInterceptor,
        grpc.UnaryStreamClientInterceptor,
        grpc.StreamStreamClientInterceptor,
    ):
        """Every kind of call that swapin's services have."""


class _Bearer(_Interceptors):
    """Adds the metadata. Call credentials would do, but only over TLS."""

    def __init__(self, token: str) -> None:
        self._pair = ("authorization", f"Bearer {token}")

    def _call(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        return continuation(
            _Details(
                details.method,
                details.timeout,
                (*(details.metadata or ()), self._pair),
                details.credentials,
                details.wait_for_ready,
                details.compression,
            ),
            request,
        )

    intercept_unary_unary = _call
    intercept_unary_stream = _call
    intercept_stream_stream = _call
