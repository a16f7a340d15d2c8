"""Verdicts of ``swapin eval``, in the order of the input."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

from swapin.cli import evaluator, faults
from swapin.cli.text import Shown, shown
from swapin.model import Depth, FaultError, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from swapin.program import Program


def evaluated(
    args: argparse.Namespace, program: Program, units: Iterator[faults.Unit], *, as_json: bool
) -> Iterator[list[Shown]]:
    """What is to be shown, as it comes."""
    depth = Depth(args.explain)
    inputs = (described for unit in units for described in faults.described(unit))
    with evaluator.chosen(args, program) as asked:
        for line, verdict in _verdicts(inputs, asked, depth):
            yield [shown(line, verdict, as_json, depth)]


def write(
    results: Iterator[list[Shown]],
    stream: TextIO,
    errors: TextIO,
    told: Callable[[int], None] | None = None,
) -> bool:
    """Write the results as they come; says whether an error was among them.

    :param told: told the line that is done.
    """
    bad = False
    for chunk in results:
        for one in chunk:
            bad |= one.bad
            print(one.text, file=errors if one.bad else stream)
        stream.flush()
        if told and chunk:
            told(chunk[-1].line)
    return bad


def _verdicts(
    inputs: Iterator[faults.Described], asked: evaluator.Evaluator, depth: Depth
) -> Iterator[tuple[int, Verdict | FaultError]]:
    """Line number and verdict of every input, in order, as they come."""
    waiting: list[faults.Described] = []

    def good() -> Iterator[dict[str, Any]]:
        for line, description in inputs:
            waiting.append((line, description))
            if not isinstance(description, FaultError):
                yield description

    # A server's answers lag behind the questions, so lines wait for their answers.
    for verdict in asked.evaluate_many(good(), depth):
        while isinstance(waiting[0][1], FaultError):
            line, error = waiting.pop(0)
            assert isinstance(error, FaultError)
            yield line, error
        yield waiting.pop(0)[0], verdict
    for line, left in waiting:
        assert isinstance(left, FaultError)
        yield line, left
