"""Boot a guest under emulation, and follow its console until it ends or its time is over."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from swapin.debian.tools import tool
from swapin.lab.kernels import Image
from swapin.lab.machines import Machine

_PANICS = (b"Kernel panic", b"BUG: ", b"Oops: ", b"kernel BUG at")
_LONGEST_LINE = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a guest may take, in seconds."""

    boot_s: float = 180
    """To its first line of ours."""
    silence_s: float = 120
    """Between two lines."""
    whole_s: float = 3600
    most_bytes: int = 256 * 1024 * 1024
    """Of console output."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a guest ended."""

    why: str
    """Empty if it said that it was done; else what went wrong."""
    console: Path
    took_s: float


def boot(
    image: Image,
    machine: Machine,
    initrd: Path,
    console: Path,
    *,
    cpus: int,
    limits: Limits,
    line: Callable[[str], None],
    stop: Event | None = None,
    options: Iterable[str] = (),
) -> Ended:
    """Boot and wait; the whole console is kept in a file.

    :param line: told each line that begins with ``@@``, without it.
    :param stop: when it is set, the guest is ended.
    :param options: more for the emulator.
    :raises LabError: the emulator is missing.
    """
    started = time.monotonic()
    with console.open("wb") as log:
        process = subprocess.Popen(
            [*_command(image, machine, initrd, cpus), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            why = _follow(process, log.write, limits, line, stop or Event())
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdout:
                process.stdout.close()
    return Ended(why, console, time.monotonic() - started)


def _command(image: Image, machine: Machine, initrd: Path, cpus: int) -> list[str]:
    words = [tool(machine.emulator), *machine.options, "-m", "512", "-smp", str(cpus)]
    words += ["-nographic", "-no-reboot", "-nodefaults", "-serial", "stdio"]
    append = f"console={machine.console} panic=-1 quiet loglevel=4"
    words += ["-kernel", str(image.vmlinuz), "-initrd", str(initrd), "-append", append]
    return ["nice", "-n", "10", *words]


def _follow(
    process: subprocess.Popen[bytes],
    keep: Callable[[bytes], object],
    limits: Limits,
    line: Callable[[str], None],
    stop: Event,
) -> str:
    """Read the console; why the guest did not end well, or nothing."""
    seen = Console(line)
    total = 0
    for chunk in _chunks(process, limits, seen, stop):
        if isinstance(chunk, str):
            return chunk
        keep(chunk)
        total += len(chunk)
        seen.feed(chunk)
        if seen.panic:
            return f"the kernel gave up: {seen.panic}"
        if total > limits.most_bytes:
            return f"it printed more than {limits.most_bytes} bytes"
    if seen.done:
        return ""
    return "it ended before it was done" if seen.lines else "it ended and never began"


def _chunks(
    process: subprocess.Popen[bytes], limits: Limits, seen: Console, stop: Event
) -> Iterator[bytes | str]:
    pipe = process.stdout
    if pipe is None:
        return
    started = heard = time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        lines = 0
        while not seen.done:
            now = time.monotonic()
            if stop.is_set():
                yield "it was stopped"
                return
            if now - started > limits.whole_s:
                yield f"it took longer than {limits.whole_s:g} s"
                return
            if not seen.lines and now - started > limits.boot_s:
                yield f"it did not begin within {limits.boot_s:g} s"
                return
            if seen.lines and now - heard > limits.silence_s:
                yield f"it said nothing for {limits.silence_s:g} s, after: {seen.last[:100]}"
                return
            if not selector.select(timeout=1):
                continue
            chunk = os.read(pipe.fileno(), 65536)
            if not chunk:
                return
            yield chunk
            if seen.lines != lines:
                lines, heard = seen.lines, time.monotonic()


class Console:
    """Finds our lines on a console that the kernel writes to as well."""

    def __init__(self, line: Callable[[str], None]) -> None:
        self._line = line
        self._rest = b""
        self.lines = 0
        """Lines of ours so far."""
        self.last = ""
        self.done = False
        self.panic = ""

    def feed(self, chunk: bytes) -> None:
        """Take what came."""
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        self._rest = self._rest[-_LONGEST_LINE:]
        for raw in whole:
            self._take(raw.rstrip(b"\r"))

    def _take(self, raw: bytes) -> None:
        _, ours, text = raw.partition(b"@@ ")
        if ours:
            self.lines += 1
            self.last = text.decode("utf-8", "replace")
            self.done = self.done or self.last == "done"
            self._line(self.last)
        elif not self.panic and any(word in raw for word in _PANICS):
            self.panic = raw.decode("utf-8", "replace").strip()[:200]
