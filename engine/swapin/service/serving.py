"""A server from its start to its end, as signals ask for it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack

from structlog.typing import FilteringBoundLogger

from swapin.model import CatalogError
from swapin.program import Program
from swapin.service.logs import make_log
from swapin.service.notify import Notice
from swapin.service.pulse import Pulse
from swapin.service.server import Server, ServerOptions
from swapin.service.threads import in_background


async def serve(
    program: Program,
    options: ServerOptions,
    ready: Callable[[str], None] | None = None,
    log: FilteringBoundLogger | None = None,
    *,
    load: Callable[[], Program] | None = None,
    tell: Callable[[Notice], None] = lambda notice: None,
    alive_every: float = 0.0,
) -> None:
    """Serve until SIGTERM or SIGINT, then drain. A second signal ends the draining.

    SIGHUP reads certificates and tokens again, and rules if they can be loaded again. Runs in
    the main thread, where signals arrive.

    :param ready: called once, with the address, when calls are answered.
    :param load: loads the program anew, in a thread; what it raises leaves the last one in use.
    :param tell: told what happens, by any thread.
    :param alive_every: seconds between two notices that the server answers; 0: none.
    :raises ListenError: see :meth:`Server.start`.
    :raises TlsError, TokensError, OSError: see :class:`Server`.
    """
    log = log or make_log(sys.stderr)
    server = Server(program, options, log)
    asked, hurry = asyncio.Event(), asyncio.Event()

    def stop(name: str) -> None:
        log.info("signal_received", signal=name)
        (hurry if asked.is_set() else asked).set()

    reload = Reload(server, load, log, tell)

    def read_again() -> None:
        # A server that ends has no use for it, and its manager would take it for one that stays.
        if not asked.is_set():
            reload.ask()

    with ExitStack() as stack:
        pulse = None
        if alive_every:
            pulse = stack.enter_context(Pulse(alive_every, lambda: tell(Notice.ALIVE)))
        address = await server.start(*([pulse.address] if pulse else []))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop, number.name)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, read_again)
        if ready is not None:
            ready(address)
        tell(Notice.READY)
        if pulse:
            pulse.begin()
        await asked.wait()
        tell(Notice.STOPPING)
        if pulse:
            pulse.excuse()
        await server.drain(hurry)


class Reload:
    """Reads again what can change while a server runs.

    :param load: see :func:`serve`.
    :param tell: the same.
    """

    def __init__(
        self,
        server: Server,
        load: Callable[[], Program] | None,
        log: FilteringBoundLogger,
        tell: Callable[[Notice], None],
    ) -> None:
        self._server = server
        self._load = load
        self._log = log
        self._tell = tell
        self._wanted = False
        self._running: asyncio.Task[None] | None = None

    def ask(self) -> None:
        """Files are read at once; rules when those that are being loaded have been."""
        self._tell(Notice.RELOADING)
        self._server.reload()
        self._wanted = True
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while self._wanted:
            self._wanted = False
            if self._load is not None:
                await self._rules(self._load)
        self._running = None
        self._tell(Notice.RELOADED)

    async def _rules(self, load: Callable[[], Program]) -> None:
        try:
            program = await in_background(load)
        except (CatalogError, LookupError) as error:
            self._log.error("reload_failed", what="plugins", reason=str(error))
        except Exception:
            # A defect of whoever wrote a plugin, or ours, is no reason to end.
            self._log.exception("reload_failed", what="plugins", reason="internal error")
        else:
            self._server.use(program)
