"""What commands read: files or standard input, and JSON in them."""

from __future__ import annotations

import io
import sys

from swapin.program.json_text import parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Any, TextIO


def opened(name: str) -> AbstractContextManager[TextIO]:
    """The lines of a file; ``-`` is standard input.

    What is no UTF-8 spoils its own line alone, and a byte order mark none.

    :raises OSError: the file cannot be read.
    """
    if name != "-":
        return open(name, encoding="utf-8-sig", errors="replace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
    from contextlib import nullcontext

    return nullcontext(sys.stdin)


def value_of(written: str) -> Any:
    """The value of ``NAME=VALUE``: what JSON says, or the text itself where it is none."""
    try:
        return parsed(written)
    except ValueError:
        return written
