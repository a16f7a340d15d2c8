"""What a service manager is told of a server: sd_notify(3), by one datagram for each notice."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import MutableMapping
from enum import StrEnum


class Notice(StrEnum):
    """What happens to a server that somebody looks after."""

    READY = "READY"
    """Calls are answered."""
    ALIVE = "ALIVE"
    """A call of its own health was answered."""
    RELOADING = "RELOADING"
    """Files and plugins are being read again."""
    RELOADED = "RELOADED"
    """They have been, or were left as they are."""
    STOPPING = "STOPPING"
    """It drains."""


class Notifier:
    """Tells the service manager; nobody if there is none.

    :param address: of its socket; a path, or a name that begins with ``@``.
    :param watchdog: seconds without a proof of life after which it ends the service; 0: never.
    """

    def __init__(self, address: str = "", watchdog: float = 0.0) -> None:
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self.every = watchdog / 4 if address else 0.0
        """Seconds between two proofs of life that are wanted; 0: none are. A proof may take as
        long again, and one may fail."""
        self.status = ""
        """What the manager shows while the server answers."""

    @classmethod
    def of_environment(cls, environment: MutableMapping[str, str] = os.environ) -> Notifier:
        """As ``NOTIFY_SOCKET`` and ``WATCHDOG_USEC`` have it.

        They are taken out, since processes that this one starts are not the service.
        """
        address = environment.pop("NOTIFY_SOCKET", "")
        usec = environment.pop("WATCHDOG_USEC", "")
        pid = environment.pop("WATCHDOG_PID", "")
        mine = pid in ("", str(os.getpid()))
        return cls(address, int(usec) / 1e6 if mine and usec.isdecimal() else 0.0)

    def tell(self, notice: Notice) -> None:
        """Send a notice. A manager that is gone is no reason to end."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            try:
                # It must never hold up who tells.
                sender.setblocking(False)
                sender.sendto("\n".join(self._lines(notice)).encode(), self._address)
            except OSError:
                pass

    def _lines(self, notice: Notice) -> tuple[str, ...]:
        if notice is Notice.ALIVE:
            return ("WATCHDOG=1",)
        if notice is Notice.STOPPING:
            return "STOPPING=1", "STATUS=finishing accepted calls"
        if notice is Notice.RELOADING:
            # CLOCK_MONOTONIC, which is what Type=notify-reload wants beside it.
            now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            return "RELOADING=1", f"MONOTONIC_USEC={now}", "STATUS=reading files and plugins again"
        return "READY=1", f"STATUS={self.status}"
