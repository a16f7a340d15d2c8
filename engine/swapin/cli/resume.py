"""``swapin eval --out FILE --resume``: go on with a run that was interrupted.

Results are written line for line in the order of the input, so the whole lines of the file say
where to go on, and nothing else is kept. A last line that was torn is cut off.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from swapin.cli.text import Shown


class ResumeError(LookupError):
    """A file that cannot be gone on with, or would be overwritten; the message says why."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier run left."""

    results: int = 0
    """Whole lines."""
    size: int = 0
    """Their length in bytes."""
    bad: bool = False
    """Whether an error object is among them."""
    last: str = ""
    """The last of them."""


def kept(path: Path, fingerprint: str) -> Kept:
    """Read what an earlier run left; nothing if there is no such file.

    :param fingerprint: of the catalog that is to go on.
    :raises ResumeError: a line that no run wrote, or one by another catalog.
    """
    results, size, bad, last = 0, 0, False, b""
    if not path.is_file():
        return Kept()
    with path.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n") and line.startswith(b"{"):
                break
            results, size, last = results + 1, size + len(line), line
            try:
                record = json.loads(line)
                catalog = None if "error" in record else record["provenance"]["catalog"]
            except (ValueError, LookupError, TypeError, RecursionError) as error:
                raise ResumeError(f"{path}:{results}: no line of `swapin eval --json`") from error
            bad |= catalog is None
            if catalog not in (None, fingerprint):
                message = f"by catalog {catalog}, and this is {fingerprint}; start anew"
                raise ResumeError(f"{path}:{results}: {message}")
    return Kept(results, size, bad, last.decode("utf-8", "replace").rstrip("\n"))


@contextmanager
def opened(path: Path, known: Kept | None) -> Iterator[TextIO]:
    """The file, to be written behind what is kept.

    :param known: ``None``: this run begins, and the file must be new or empty.
    :raises ResumeError: it is not.
    :raises OSError: the file cannot be written.
    """
    if path.is_file():
        if known is None and path.stat().st_size:
            raise ResumeError(f"{path} is there already; --resume goes on with it")
        if known is not None:
            os.truncate(path, known.size)
    try:
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            yield stream
    except OSError as error:
        # What cannot be written is not told by name. What is left of it is tried on closing.
        error.filename = error.filename or str(path)
        raise


def rest(results: Iterator[list[Shown]], known: Kept, path: Path) -> Iterator[list[Shown]]:
    """The results behind those that are kept.

    :param results: from the last one that is kept.
    :raises ResumeError: the last one comes out unlike what is kept, so the input or an option
        is not that of the run before.
    """
    if known.results:
        first = next(results, [])
        if not first:
            raise ResumeError(f"{path}: the input has fewer faults than this file has lines")
        if first[0].text != known.last:
            message = "not the answer to this input; another input, or another --explain?"
            raise ResumeError(f"{path}:{known.results}: {message}")
        yield first[1:]
    yield from results
