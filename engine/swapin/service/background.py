"""A server in a thread of its own, for who has no event loop."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from swapin.program import Program
from swapin.service.logs import make_log
from swapin.service.server import Server, ServerOptions


@contextmanager
def serving(program: Program, listen: str = "127.0.0.1:0") -> Iterator[str]:
    """Serve a program while the context lasts; gives the address that is listened on.

    :param listen: by default a free port of the loopback interface.
    :raises ListenError: the address cannot be listened on.
    """
    begun: Future[str] = Future()
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def serve() -> None:
        server = Server(program, ServerOptions(listen=listen), make_log(io.StringIO()))
        try:
            begun.set_result(await server.start())
        except BaseException as error:
            begun.set_exception(error)
            return
        await ended.wait()
        await server.stop()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    try:
        yield begun.result()
    finally:
        if not begun.exception():
            loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
