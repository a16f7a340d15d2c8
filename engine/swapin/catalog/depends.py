"""What a loaded catalog depends on, so that a kept one is never taken for another.

Kept with a catalog is everything that its plugins read while they were loaded: each file that was
opened, each folder that was listed, each variable of the environment. Before it is used again, all
of it must be as it was, to the nanosecond of the last change; so must be Python, ``sys.path``, the
files of the engine and the selection of plugins. A plugin that asks another process or the network
is loaded anew each time.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable

from swapin.catalog.selection import Selection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SETTLED = 2.0
"""Seconds for which a file must have been left alone: a change that comes later then has another
time, also on file systems that count in twos of seconds."""

_ELSEWHERE = (
    "ctypes.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "socket.",
    "sqlite3.",
    "subprocess.",
    "urllib.",
)
"""Audit events after which nothing on disk says whether a plugin would declare the same again."""

_NO_FILES = ("/dev/", "/proc/", "/sys/")
"""Where contents change and times do not."""

_ENGINE = ("model", "catalog", "program")

Stamp = tuple[int, int, int, int] | None


def surroundings(selection: Selection) -> tuple[Any, ...]:
    """What is compared first: Python, the machine, where modules come from, and the selection."""
    return (
        sys.version,
        sys.prefix,
        tuple(sys.flags),
        tuple(sys.warnoptions),
        tuple(os.uname()),
        tuple(sys.path),
        _here(),
        tuple(f"{type(finder).__module__}.{type(finder).__qualname__}" for finder in sys.meta_path),
        selection.allow,
        selection.block,
    )


def _here() -> str:
    """The working directory if modules may come from it; relative names mean nothing elsewhere."""
    return "" if all(map(os.path.isabs, sys.path)) else os.getcwd()


def stamp(path: str) -> Stamp:
    """When a file was last changed, and which one it is; ``None`` if there is none.

    The time of the last change of its status (``st_ctime``) cannot be set back.
    """
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def unchanged(files: dict[str, Stamp], variables: dict[str, str | None]) -> bool:
    """Whether files and environment are as they were."""
    # A loop: nothing of a start is done as often.
    for path, known in files.items():
        if stamp(path) != known:
            return False
    return all(os.environ.get(name) == value for name, value in variables.items())


class Watch:
    """Notes what is read inside a ``with``, and whether it says all that plugins depend on."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.variables: dict[str, str | None] = {}
        self.elsewhere = ""
        """The first thing that no file can tell; empty: none."""
        self._started = 0.0
        self._modules: frozenset[str] = frozenset()

    def __enter__(self) -> Watch:
        global _watching
        self._started = time.time()
        self._modules = frozenset(sys.modules)
        _hook()
        _watching = self
        os.environ.__class__ = _Environment
        return self

    def __exit__(self, *_: object) -> None:
        global _watching
        _watching = None
        os.environ.__class__ = _PLAIN_ENVIRONMENT

    def event(self, name: str, arguments: tuple[Any, ...]) -> None:
        """An audit event."""
        if name in ("open", "os.listdir", "os.scandir"):
            self.read(arguments[0])
        elif name.startswith(_ELSEWHERE):
            self.elsewhere = self.elsewhere or name

    def read(self, path: Any) -> None:
        """A file or folder was read."""
        if isinstance(path, int):
            return
        name = os.fsdecode("." if path is None else path)
        if name.startswith(_NO_FILES) or not (os.path.isabs(name) or _here()):
            self.elsewhere = self.elsewhere or name
        elif not name.endswith(".pyc"):
            self.paths.add(os.path.abspath(name))

    def depends(
        self, plugins: Iterable[str]
    ) -> tuple[dict[str, Stamp], dict[str, str | None]] | None:
        """Files and variables that the loaded plugins depend on; ``None`` if they are not known.

        :param plugins: the modules of the plugins.
        """
        if self.elsewhere or any(map(_finds_others, sys.meta_path)):
            return None
        if any(name.partition(".")[0] in self._modules for name in plugins):
            # A module that was there before was not watched.
            return None
        paths = self.paths | _modules() | set(map(os.path.abspath, sys.path))
        stamps = {path: stamp(path) for path in sorted(paths)}
        newest = max(max(known[:2]) for known in stamps.values() if known)
        if newest > (self._started - _SETTLED) * 1e9:
            return None
        return stamps, dict(sorted(self.variables.items()))


def _finds_others(finder: Any) -> bool:
    """Whether installed distributions are found by other means than ``sys.path``."""
    from importlib.machinery import PathFinder

    return finder is not PathFinder and hasattr(finder, "find_distributions")


def _modules() -> set[str]:
    """Files and folders of all modules that do not come with Python, and of the engine."""
    import swapin

    found: set[str] = set()
    for name, module in tuple(sys.modules.items()):
        origin = getattr(getattr(module, "__spec__", None), "origin", None)
        if origin and os.path.isabs(origin) and name.partition(".")[0] not in _WITH_PYTHON:
            found |= {origin, os.path.dirname(origin)}
    for room in _ENGINE:
        folder = os.path.join(os.path.dirname(swapin.__file__), room)
        found |= {os.path.join(folder, name) for name in os.listdir(folder) if name[-3:] == ".py"}
    return found


_WITH_PYTHON = sys.stdlib_module_names | {"__main__"}

_watching: Watch | None = None
_hooked = False


def _hook() -> None:
    """Have Python tell what is opened. A hook cannot be taken away, so there is one for all."""
    global _hooked
    if not _hooked:
        _hooked = True
        sys.addaudithook(_heard)


def _heard(name: str, arguments: tuple[Any, ...]) -> None:
    watching = _watching
    if watching is not None:
        watching.event(name, arguments)


_PLAIN_ENVIRONMENT = type(os.environ)


class _Environment(_PLAIN_ENVIRONMENT):  # type: ignore[misc,valid-type]
    """The environment while it is watched."""

    def __getitem__(self, name: str) -> str:
        value: str | None = None
        try:
            value = super().__getitem__(name)
        finally:
            if _watching is not None:
                _watching.variables[name] = value
        return value

    def __iter__(self) -> Any:
        if _watching is not None:
            _watching.elsewhere = _watching.elsewhere or "os.environ"
        return super().__iter__()
