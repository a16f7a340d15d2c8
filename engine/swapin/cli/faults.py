"""Faults as ``swapin eval`` reads them: JSON lines, or one JSON value over several lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from swapin.cli.lines import opened
from swapin.model import FaultError, Problem, Reason
from swapin.program.json_text import parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Unit: TypeAlias = tuple[int, str]
    """Number of a line, and the JSON that begins there. What it describes is found out later, by
    whoever evaluates it."""

    Described: TypeAlias = tuple[int, dict[str, Any] | FaultError]
    """Number of a line, and the description there, or why there is none."""


def of_file(name: str) -> Iterator[Unit]:
    """The units of a file; ``-`` is standard input.

    :raises OSError: the file cannot be read.
    """
    with opened(name) as lines:
        yield from _of_lines(lines)


def _of_lines(lines: Iterable[str]) -> Iterator[Unit]:
    """JSON lines as they come; or one JSON value over several lines."""
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    first = next(numbered, None)
    if first is None:
        return
    if _is_json(first[1]):
        yield first
        yield from numbered
        return
    rest = list(numbered)
    whole = "".join([first[1], *(line for _, line in rest)])
    if _is_json(whole):
        yield first[0], whole
        return
    yield first
    yield from rest


def _is_json(written: str) -> bool:
    try:
        parsed(written)
    except ValueError:
        return False
    return True


def described(unit: Unit) -> Iterator[Described]:
    """The description of a unit, or of each member of an array."""
    number, written = unit
    try:
        given = parsed(written)
    except ValueError as error:
        yield number, _malformed(f"not JSON: {error}")
        return
    for description in given if isinstance(given, list) else [given]:
        if isinstance(description, dict):
            yield number, description
        else:
            yield number, _malformed("a fault description is a JSON object")


def _malformed(message: str) -> FaultError:
    return FaultError([Problem("", Reason.MALFORMED, message)])


def after(units: Iterator[Unit], results: int) -> Iterator[Unit]:
    """What is left of the units when so many results are left out."""
    import json

    for number, written in units:
        if results and not written.lstrip().startswith("["):
            results -= 1
        elif results:
            found = list(described((number, written)))
            if len(found) > results:
                # An array, since it has several members.
                yield number, json.dumps(parsed(written)[results:])
            results -= min(len(found), results)
        else:
            yield number, written
