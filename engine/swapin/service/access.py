"""Lets calls through for whom the tokens file names, and refuses the rest with the reason."""

from __future__ import annotations

from typing import Any

from google.rpc import status_pb2

from swapin.service import errors
from swapin.service.logs import current
from swapin.service.tokens import Tokens, role_for


class Access:
    """Checks the token, the role and the quota of a call."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def refusal(self, method: str, metadata: Any) -> status_pb2.Status | None:
        """Why the call may not go on; ``None`` if it may.

        :param metadata: the call's metadata, pairs of key and value.
        """
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
