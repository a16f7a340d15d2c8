"""Write an initramfs: a cpio archive of the kind "newc", compressed by gzip."""

from __future__ import annotations

import gzip
import stat
from collections.abc import Mapping

_DIRECTORY = stat.S_IFDIR | 0o755
_DEVICE = stat.S_IFCHR | 0o600


def initramfs(files: Mapping[str, bytes], *, executable: frozenset[str] = frozenset()) -> bytes:
    """An archive with these files, the directories that they are in, and ``/dev/console``.

    The same files give the same bytes.

    :param files: content by path, without a leading slash.
    :param executable: paths that are programs.
    """
    entries: dict[str, tuple[int, bytes, tuple[int, int]]] = {}
    for path in (*files, "dev/console"):
        parts = path.split("/")
        for depth in range(1, len(parts)):
            entries["/".join(parts[:depth])] = (_DIRECTORY, b"", (0, 0))
    for path, data in files.items():
        entries[path] = (stat.S_IFREG | (0o755 if path in executable else 0o644), data, (0, 0))
    entries["dev/console"] = (_DEVICE, b"", (5, 1))
    archive = bytearray()
    for number, path in enumerate(sorted(entries), 1):
        mode, data, device = entries[path]
        archive += _entry(number, path, mode, data, device)
    archive += _entry(0, "TRAILER!!!", 0, b"", (0, 0))
    return gzip.compress(bytes(archive), compresslevel=1, mtime=0)


def _entry(inode: int, path: str, mode: int, data: bytes, device: tuple[int, int]) -> bytes:
    name = path.encode() + b"\0"
    links = 2 if stat.S_ISDIR(mode) else 1
    owner, group, time, major, minor, check = 0, 0, 0, 0, 0, 0
    file = (inode, mode, owner, group, links, time, len(data), major, minor)
    fields = (*file, *device, len(name), check)
    head = b"070701" + b"".join(f"{field:08X}".encode() for field in fields) + name
    return _padded(head) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
