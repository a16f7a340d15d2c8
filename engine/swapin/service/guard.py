"""Turn what a method raises into the status that the client gets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError
from structlog.typing import FilteringBoundLogger

from swapin.service import errors
from swapin.service.aio import EXEMPT, Behaviour, Context, Continuation, Handler, Interceptor
from swapin.service.handlers import Parser, Wrapping
from swapin.service.logs import current


class Guard(Interceptor):
    """Nothing that a method raises reaches the client but as a status with details.

    A defect is logged with its traceback and told as INTERNAL, without a word of what it was.
    """

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log
        self._guarded = Wrapping(self._guarding, _tolerant_parser)

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler:
        """Put the guard around the method."""
        handler = await continuation(handler_call_details)
        if handler is None or handler_call_details.method.startswith(EXEMPT):
            return handler
        return self._guarded(handler)

    def _guarding(self, behaviour: Behaviour) -> Behaviour:
        async def run(request: Any, context: Context) -> Any:
            try:
                return await behaviour(_checked(request), context)
            except grpc.aio.BaseError:
                # grpc's own: the call was aborted, or the client has left.
                raise
            except errors.CallRefused as refused:
                status = refused.status
            except Exception:
                self._log.exception("call_failed")
                status = errors.internal(current().request_id)
            return await errors.abort(context, status)

        return run


@dataclass(frozen=True, slots=True)
class _Malformed:
    """Bytes that are not a message of this name."""

    name: str


def _tolerant_parser(handler: Handler) -> Parser:
    """A parser that does not raise: what it raised, grpc would tell as UNKNOWN, in its words."""
    parse: Callable[[bytes], Any] = handler.request_deserializer  # type: ignore[assignment]
    name = parse.__self__.DESCRIPTOR.full_name  # type: ignore[attr-defined]

    def tolerant(raw: bytes) -> Any:
        try:
            return parse(raw)
        except DecodeError:
            return _Malformed(name)

    return tolerant


def _checked(request: Any) -> Any:
    if hasattr(request, "__aiter__"):
        return _each_checked(request)
    if isinstance(request, _Malformed):
        raise errors.CallRefused(errors.malformed(request.name))
    return request


async def _each_checked(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for request in requests:
        yield _checked(request)
