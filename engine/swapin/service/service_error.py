"""What went wrong with a call. Imports nothing, so that who catches it need not import grpc."""

from __future__ import annotations

from typing import Any


class ServiceError(Exception):
    """A call that failed, for another reason than the fault that it asked about.

    :ivar code: name of the gRPC status code, such as ``UNAVAILABLE``.
    :ivar reason: the server's reason, such as ``TOO_MANY_CALLS``; empty if the error did not
        come from swapin's server.
    :ivar message: for people.
    :ivar request_id: under which the server logged the call; empty if it did not say.
    :ivar retry_after: seconds after which the server wants to be asked again, or ``None``.

    .. versionadded:: 0.1
    """

    def __init__(
        self,
        code: str,
        reason: str,
        message: str,
        *,
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.code = code
        self.reason = reason
        self.message = message
        self.request_id = request_id
        self.retry_after = retry_after
        super().__init__(f"{code}: {message}" if message else code)

    def __reduce__(self) -> tuple[type[ServiceError], tuple[str, str, str], dict[str, Any]]:
        return type(self), (self.code, self.reason, self.message), self.__dict__
