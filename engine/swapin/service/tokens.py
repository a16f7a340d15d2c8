"""Who may call what: bearer tokens, roles and quotas, from a file.

The file is TOML and holds no token, only what ``sha256sum`` says of each::

    [clients.ci]
    sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    roles = ["evaluate", "analyse"]
    calls_per_second = 50
"""

from __future__ import annotations

import hashlib
import re
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Role(StrEnum):
    """What a client may call. The values are the contract of the file."""

    EVALUATE = "evaluate"
    """Evaluation, swap PTEs and the catalog."""
    ANALYSE = "analyse"
    """Check, diff, reach and explore, which cost more."""
    ADMINISTER = "administer"
    """What the server says of itself: reflection and channelz."""


class TokensError(Exception):
    """The file cannot be used; the message names the place and what is allowed."""


_ROLES = (
    ("/swapin.v1.AnalysisService/", Role.ANALYSE),
    ("/grpc.reflection.", Role.ADMINISTER),
    ("/grpc.channelz.", Role.ADMINISTER),
)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KEYS = {"sha256", "roles", "calls_per_second"}


def role_for(method: str) -> Role:
    """The role that a method asks for.

    :param method: its full name, ``/package.Service/Method``.
    """
    return next((role for start, role in _ROLES if method.startswith(start)), Role.EVALUATE)


@dataclass(slots=True)
class ClientEntry:
    """A client of the file."""

    name: str
    roles: frozenset[Role]
    calls_per_second: float | None = None
    """Calls that it may begin in a second, in bursts of as many (of one at least)."""
    _left: float = field(default=0.0, init=False)
    _at: float = field(default=0.0, init=False)

    def wait(self, now: float | None = None) -> float:
        """Begin a call: 0 if it may, or seconds after which it should try again.

        :param now: of a clock that never goes back, in seconds.
        """
        rate = self.calls_per_second
        if rate is None:
            return 0.0
        now = time.monotonic() if now is None else now
        most = max(rate, 1.0)
        self._left = most if not self._at else min(most, self._left + (now - self._at) * rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / rate


class Tokens:
    """The clients of a file, by what they present.

    :raises TokensError: the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._clients = _read(path)

    def reload(self) -> None:
        """Read the file again; quotas begin anew.

        :raises TokensError: it cannot be used; what was read last stays.
        """
        self._clients = _read(self._path)

    def client(self, authorization: str) -> ClientEntry | None:
        """Who presents this ``authorization`` metadata; ``None`` for a stranger."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        # Looked up by digest, so that the time it takes tells nothing of a token.
        return self._clients.get(hashlib.sha256(token.strip().encode()).hexdigest())


def _read(path: Path) -> dict[str, ClientEntry]:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TokensError(f"cannot read `{path}`: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TokensError(f"`{path}` is not TOML: {error}") from error
    clients = told.get("clients")
    if not isinstance(clients, dict) or set(told) != {"clients"}:
        raise TokensError(f"`{path}`: tables `[clients.NAME]` are all that is allowed")
    found: dict[str, ClientEntry] = {}
    for name, entry in clients.items():
        where = f"`{path}`: clients.{name}"
        digest, client = _client(where, name, entry)
        if digest in found:
            raise TokensError(f"{where}.sha256: it is that of `{found[digest].name}`")
        found[digest] = client
    return found


def _client(where: str, name: str, entry: Any) -> tuple[str, ClientEntry]:
    if not isinstance(entry, Mapping) or set(entry) - _KEYS:
        raise TokensError(f"{where}: a table of {', '.join(sorted(_KEYS))}")
    digest = entry.get("sha256")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise TokensError(f"{where}.sha256: 64 hexadecimal digits in lower case")
    roles = entry.get("roles")
    allowed = [role.value for role in Role]
    if not isinstance(roles, list) or not roles or any(role not in allowed for role in roles):
        raise TokensError(f"{where}.roles: a list of {', '.join(allowed)}")
    rate = entry.get("calls_per_second")
    if rate is not None and (isinstance(rate, bool) or not isinstance(rate, int | float)):
        raise TokensError(f"{where}.calls_per_second: a number over 0")
    if rate is not None and not 0 < rate < float("inf"):
        raise TokensError(f"{where}.calls_per_second: a number over 0")
    return digest, ClientEntry(name, frozenset(map(Role, roles)), rate)
