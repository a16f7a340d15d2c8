"""The folder in which loaded catalogs are kept, ``~/.cache/swapin/catalogs``.

It belongs to the user alone. What is foreign, damaged or of another version is as if it were not
there, and so is a folder that cannot be written: nothing here ever fails.
"""

from __future__ import annotations

import marshal
import os
import stat
import sys
import zlib
from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CACHE = "SWAPIN_CACHE"
"""Environment: ``off`` keeps nothing and takes nothing that was kept."""

_MOST_KEPT = 64
"""Files after which the oldest go; each has about a hundred kilobytes."""


def header() -> bytes:
    """The first line of a file: what has to be the same before the rest is looked at."""
    from swapin import __version__

    tag = sys.implementation.cache_tag
    return f"swapin {__version__} {tag} {sys.hexversion:x} {marshal.version}\n".encode()


def folder(environment: Mapping[str, str] = os.environ) -> str:
    """The folder; empty if nothing is to be kept, or there is no place for it."""
    if environment.get(CACHE, "").lower() in ("off", "0", "false"):
        return ""
    base = environment.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        home = environment.get("HOME", "")
        base = f"{home}/.cache" if os.path.isabs(home) else ""
    return f"{base}/swapin/catalogs" if base else ""


def name_of(*parts: Any) -> str:
    """A file name for what these parts tell apart; two may share one, and then disagree."""
    return f"{zlib.crc32(marshal.dumps(parts)):08x}"


def read(place: str, name: str) -> Any:
    """What was written under a name; ``None`` if it was not, or cannot be trusted."""
    try:
        if not _is_ours(os.lstat(place)):
            return None
        file = os.open(
            f"{place}/{name}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        )
        with open(file, "rb") as stream:
            if not _is_ours(os.fstat(file)):
                return None
            written = stream.read()
        start = header()
        sum_at, body_at = len(start), len(start) + 8
        body = memoryview(written)[body_at:]
        if not written.startswith(start) or written[sum_at:body_at] != _sum(body):
            return None
        # A file that was moved is none of ours either.
        told, value = marshal.loads(body)
        return value if told == name else None
    except (OSError, EOFError, ValueError, TypeError):
        return None


def write(place: str, name: str, value: Any) -> None:
    """Keep plain data under a name, whole or not at all."""
    body = marshal.dumps((name, value))
    try:
        os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
        if not os.path.lexists(place):
            os.mkdir(place, 0o700)
        if not _is_ours(os.lstat(place)):
            return
        _replace(f"{place}/{name}", header() + _sum(body) + body)
        _prune(place)
    except OSError:
        # Such as a full disk, or another process that pruned at the same time.
        return


def _replace(path: str, written: bytes) -> None:
    draft = f"{path}.{os.urandom(8).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with open(os.open(draft, flags, 0o600), "wb") as stream:
            stream.write(written)
        os.replace(draft, path)
    except BaseException:
        if os.path.lexists(draft):
            os.unlink(draft)
        raise


def _sum(body: bytes | memoryview) -> bytes:
    return f"{zlib.crc32(body):08x}".encode()


def _is_ours(found: os.stat_result) -> bool:
    """Whether it is a folder or a file of this user that nobody else may change."""
    known = {stat.S_IFDIR: 0o077, stat.S_IFREG: 0o022}
    others = known.get(stat.S_IFMT(found.st_mode))
    return others is not None and not found.st_mode & others and found.st_uid == os.geteuid()


def _prune(place: str) -> None:
    """Remove the oldest files beyond the most that are kept, half-written ones among them."""
    with os.scandir(place) as found:
        aged = sorted((entry.stat(follow_symlinks=False).st_mtime, entry.path) for entry in found)
    for _, path in aged[:-_MOST_KEPT]:
        os.unlink(path)
