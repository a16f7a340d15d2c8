"""Addresses to listen on."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass


class ListenError(Exception):
    """The server cannot listen where it was told to; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a TCP port."""

    host: str
    """A name or an IP address, without brackets."""
    port: int
    """0: the system chooses."""

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``host:port``; an IPv6 address stands in brackets.

        :raises ListenError: the text is something else.
        """
        host, colon, port = text.rpartition(":")
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
            bracketed = True
        else:
            bracketed = False
        right_host = bool(host) and (":" in host) == bracketed and not set(host) & set("[]/ ")
        if not colon or not right_host or not port.isdecimal() or int(port) > 65535:
            raise ListenError(f"`{text}` is not an address such as `127.0.0.1:50051` or `[::1]:0`")
        return cls(host, int(port))

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def allowed(self, *, tls: bool, insecure: bool) -> None:
        """Refuse what would let other machines in, in the clear.

        :raises ListenError: see above.
        """
        if not (self.loopback or tls or insecure):
            raise ListenError(
                f"`{self}` can be reached from other machines, and there is no TLS; give it"
                " certificates, listen on a loopback address, or allow it with insecure"
            )

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"
