"""How help is laid out, without ``shutil``, which argparse imports to learn the width."""

from __future__ import annotations

import argparse
import os
import sys


class Formatter(argparse.HelpFormatter):
    """As argparse's own."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


class AsWritten(Formatter, argparse.RawDescriptionHelpFormatter):
    """Leaves the lines of descriptions as they are written."""


def _columns() -> int:
    """The width of the terminal, as :func:`shutil.get_terminal_size` has it."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return 80
