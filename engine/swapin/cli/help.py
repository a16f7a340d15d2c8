"""How help is laid out, without ``shutil``, which argparse imports to learn the width.

And whole numbers within bounds, with an error that says which.
"""

from __future__ import annotations

import argparse
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Formatter(argparse.HelpFormatter):
    """As argparse's own."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


class AsWritten(Formatter, argparse.RawDescriptionHelpFormatter):
    """Leaves the lines of descriptions as they are written."""


def number(least: int, most: int) -> Callable[[str], int]:
    """The type of an option that takes a whole number within these bounds."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"`{text}` is not a number from {least} to {most}")
        return int(text)

    return read


def _columns() -> int:
    """The width of the terminal, as :func:`shutil.get_terminal_size` has it."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return 80
