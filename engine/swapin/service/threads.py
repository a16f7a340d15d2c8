"""Work in a thread that does not keep the process from ending."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


async def in_background(work: Callable[[], T]) -> T:
    """Do the work in a thread of its own, and return or raise what it does.

    The threads of :func:`asyncio.to_thread` are waited for when the loop ends; work that may
    hang, such as code of a plugin, is better left to this one.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def deliver(give: Callable[[Any], None], found: Any) -> None:
        def given() -> None:
            # Whoever waited may have left.
            if not future.done():
                give(found)

        # The loop may have ended.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(given)

    def run() -> None:
        try:
            found = work()
        except BaseException as error:
            deliver(future.set_exception, error)
        else:
            deliver(future.set_result, found)

    threading.Thread(target=run, name=getattr(work, "__name__", None), daemon=True).start()
    return await future
