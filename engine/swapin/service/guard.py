"""Turn what a method raises into the status that the client gets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError
from google.rpc import status_pb2
from structlog.typing import FilteringBoundLogger

from swapin.service import errors
from swapin.service.aio import Handler
from swapin.service.handlers import Parser
from swapin.service.logs import current


class Guard:
    """Nothing that a method raises reaches the client but as a status with details.

    A defect is logged with its traceback and told as INTERNAL, without a word of what it was.
    """

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log

    def parser(self, handler: Handler) -> Parser:
        """What parses a handler's requests without raising.

        What it raised, grpc would tell as UNKNOWN, in its words.
        """
        parse: Any = handler.request_deserializer
        if parse is None:
            return None
        name = parse.__self__.DESCRIPTOR.full_name

        def tolerant(raw: bytes) -> Any:
            try:
                return parse(raw)
            except DecodeError:
                return _Malformed(name)

        return tolerant

    def checked(self, request: Any) -> Any:
        """A request, or a stream of them, that was parsed.

        :raises CallRefused: it was not; of a stream, when that message is read.
        """
        if isinstance(request, _Malformed):
            raise errors.CallRefused(errors.malformed(request.name))
        return _each_checked(request) if hasattr(request, "__aiter__") else request

    def status_of(self, error: Exception) -> status_pb2.Status:
        """What the client is told of what a method raised; called while it is handled."""
        if isinstance(error, errors.CallRefused):
            return error.status
        self._log.exception("call_failed")
        return errors.internal(current().request_id)


@dataclass(frozen=True, slots=True)
class _Malformed:
    """Bytes that are not a message of this name."""

    name: str


async def _each_checked(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for request in requests:
        if isinstance(request, _Malformed):
            raise errors.CallRefused(errors.malformed(request.name))
        yield request
