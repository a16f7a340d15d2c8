"""A kernel source tree: its release, its files, the functions in them."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from swapin.model import Release

_VERSION = re.compile(r"^(VERSION|PATCHLEVEL|SUBLEVEL)\s*=\s*(\d+)\s*$", re.MULTILINE)
# Marks between a function's parameters and its body, for sparse and for lockdep.
_MARK = re.compile(r"\b__(?:releases|acquires|must_hold)\s*\([^()]*\)")


class TreeError(LookupError):
    """A folder that is no kernel source tree."""


class Tree:
    """A kernel source tree, or the part of one that is unpacked."""

    def __init__(self, root: Path) -> None:
        """Read the release of a tree.

        :raises TreeError: the folder has no kernel Makefile.
        """
        self.root = root
        try:
            head = (root / "Makefile").read_text(encoding="utf-8", errors="replace")[:4096]
        except OSError as error:
            raise TreeError(f"`{root}` is no kernel source tree: {error.strerror}") from error
        found = dict(_VERSION.findall(head))
        if not {"VERSION", "PATCHLEVEL"} <= set(found):
            raise TreeError(f"`{root}` is no kernel source tree: its Makefile names no VERSION")
        self.release = Release(int(found["VERSION"]), int(found["PATCHLEVEL"]))
        self.version = f"{self.release}.{found.get('SUBLEVEL', '0')}"
        """Release with its sublevel, such as ``6.1.192``."""
        self._texts: dict[str, str | None] = {}

    def text(self, file: str) -> str | None:
        """The text of a file; ``None`` if there is none."""
        if file not in self._texts:
            try:
                self._texts[file] = (self.root / file).read_text(encoding="utf-8", errors="replace")
            except OSError:
                self._texts[file] = None
        return self._texts[file]

    def function(self, file: str, name: str) -> tuple[str, int] | None:
        """The text of a function's definition, and the line on which it begins.

        Kernel style is relied on: a definition begins at the left margin, and its closing
        brace is the first one there.
        """
        text = self.text(file)
        if text is None:
            return None
        for match in re.finditer(rf"^[a-zA-Z_][^;{{}}()#]*?\b{re.escape(name)}\s*\(", text, re.M):
            end = re.compile(r"^\}", re.MULTILINE).search(text, match.end())
            semicolon, brace = text.find(";", match.end()), text.find("{", match.end())
            if end is None or brace < 0 or 0 <= semicolon < brace:
                continue
            definition = _MARK.sub(lambda m: " " * len(m[0]), text[match.start() : end.end()])
            return definition, text.count("\n", 0, match.start()) + 1
        return None

    @cached_property
    def described(self) -> str:
        """The tree as a report names it."""
        return f"Linux {self.version}"
