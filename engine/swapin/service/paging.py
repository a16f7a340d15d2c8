"""Pages of a list: sizes, and tokens that another list or another catalog does not take.

A token needs no memory on the server, so any replica that loaded the same catalog takes it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from swapin.service import errors
from swapin.service.errors import CallReason, CallRefused

DEFAULT_SIZE = 50
LARGEST_SIZE = 200


def page_size(asked: int) -> int:
    """The size of a page.

    :raises CallRefused: it is negative.
    """
    if asked < 0:
        message = f"`{asked}` is negative"
        raise CallRefused(errors.bad_field("page_size", CallReason.BAD_PAGE_SIZE, message))
    return min(asked or DEFAULT_SIZE, LARGEST_SIZE)


def token_of(start: int, kind: str, fingerprint: str) -> str:
    """The token of the page that starts at this entry of a kind."""
    digest = hashlib.sha256(f"{start}\0{kind}\0{fingerprint}".encode()).digest()[:8]
    return base64.urlsafe_b64encode(start.to_bytes(4, "big") + digest).decode().rstrip("=")


def start_of(token: str, kind: str, fingerprint: str, count: int) -> int:
    """The entry at which the page of a token starts; 0 for the empty token.

    :raises CallRefused: this catalog did not give the token for this kind.
    """
    if not token:
        return 0
    try:
        start = int.from_bytes(base64.urlsafe_b64decode(token + "==")[:4], "big")
    except (ValueError, binascii.Error):
        start = 0
    if not 0 < start < count or token != token_of(start, kind, fingerprint):
        message = f"not a token that catalog {fingerprint} gave for {kind}"
        raise CallRefused(errors.bad_field("page_token", CallReason.BAD_PAGE_TOKEN, message))
    return start
