"""Kernel modules: which files a module needs, in the order in which they are loaded."""

from __future__ import annotations

import lzma
import subprocess
from pathlib import Path

from swapin.debian.tools import tool
from swapin.lab.errors import LabError


class Modules:
    """The modules of one kernel.

    :param directory: the one that holds ``modules.dep``.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._needs: dict[str, tuple[str, list[str]]] = {}
        for line in _lines(directory / "modules.dep"):
            file, _, needed = line.partition(":")
            self._needs[_name(file)] = (file, needed.split())
        self._built_in = {_name(line) for line in _lines(directory / "modules.builtin")}

    def has(self, name: str) -> bool:
        """Whether the kernel has it, as a module or built in."""
        return _name(name) in self._needs or _name(name) in self._built_in

    def order(self, names: list[str]) -> list[Path]:
        """The files to load for these modules, each after those that it needs.

        What is built in needs no file.

        :raises LabError: the kernel has no such module.
        """
        files: dict[Path, None] = {}
        for name in names:
            if _name(name) in self._built_in:
                continue
            if _name(name) not in self._needs:
                raise LabError(f"the kernel `{self.directory.name}` has no module `{name}`")
            file, needed = self._needs[_name(name)]
            # modules.dep lists what is needed with the most basic one last.
            for one in (*reversed(needed), file):
                files[self.directory / one] = None
        return list(files)


def _lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    return path.read_text(encoding="utf-8").splitlines()


def _name(path: str) -> str:
    return path.rpartition("/")[2].partition(".ko")[0].replace("-", "_")


def content(module: Path) -> bytes:
    """The module itself, without the compression of its file.

    :raises LabError: its compression needs a tool that is missing.
    """
    data = module.read_bytes()
    if module.suffix == ".xz":
        return lzma.decompress(data)
    if module.suffix == ".zst":
        return subprocess.run(
            [tool("zstd"), "-dc"], input=data, capture_output=True, check=True
        ).stdout
    return data
