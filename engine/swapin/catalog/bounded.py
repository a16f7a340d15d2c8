"""Load a plugin within a time limit: one that hangs must not keep a server from starting."""

from __future__ import annotations

import ctypes
import threading

from swapin.catalog.loading import Candidate, Offer, offers_of
from swapin.model import CatalogError


class _TooLate(BaseException):
    """Raised in the thread of a plugin whose time is over; no ``except Exception`` stops it."""


def offers_within(candidate: Candidate, seconds: float) -> Offer:
    """Load one plugin and call its hooks, on a thread of its own.

    A plugin whose time is over is interrupted as soon as it runs Python code; one that waits
    in the system is left waiting, and what it returns later is dropped.

    :param seconds: how long it may take.
    :raises CatalogError: as of :func:`~swapin.catalog.loading.offers_of`, or it took longer.
    """
    made: list[Offer] = []
    raised: list[BaseException] = []

    def load() -> None:
        try:
            made.append(offers_of(candidate))
        except BaseException as error:
            raised.append(error)

    origin = candidate.origin
    thread = threading.Thread(target=load, name=f"plugin {origin.plugin}", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        # Busy, it would take its share of the interpreter from calls for ever, or fill memory.
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_TooLate)
        )
        message = f"was not loaded after {seconds:g} s"
        raise CatalogError(origin.plugin, origin.distribution, "load", message)
    if raised:
        raise raised[0]
    return made[0]
