"""Lets calls through for whom the tokens file names, and refuses the rest with the reason."""

from __future__ import annotations

from typing import Any

import grpc
from google.rpc import status_pb2

from swapin.service import errors
from swapin.service.aio import OPEN, Continuation, Handler, Interceptor
from swapin.service.handlers import Refusal
from swapin.service.logs import current
from swapin.service.tokens import Tokens, role_for


class Access(Interceptor):
    """Checks the token, the role and the quota of every call but those for health."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._refused = Refusal()

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler:
        """Go on, or answer with why not."""
        method = handler_call_details.method
        if not method.startswith(OPEN):
            refusal = self._refusal(method, handler_call_details.invocation_metadata)
            if refusal is not None:
                return self._refused(refusal)
        return await continuation(handler_call_details)

    def _refusal(self, method: str, metadata: Any) -> status_pb2.Status | None:
        told = next((value for key, value in metadata or () if key == "authorization"), "")
        client = self._tokens.client(told) if isinstance(told, str) else None
        if client is None:
            return errors.unauthenticated()
        current().client = client.name
        role = role_for(method)
        if role not in client.roles:
            return errors.role_missing(client.name, role)
        wait = client.wait()
        return errors.over_quota(client.name, wait) if wait else None
