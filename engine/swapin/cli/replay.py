"""``swapin replay``: what the rules of today say of verdicts that a server kept."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from swapin.cli import evaluator, formats
from swapin.cli.exits import status
from swapin.cli.lines import opened
from swapin.model import Depth, FaultError
from swapin.program.json_text import parsed

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_parser(subparsers: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "replay",
        help="evaluate a server's decision log anew and tell which verdicts change",
        description="Evaluate every fault of decision logs (swapin serve --decision-log) with the"
        " rules at hand, and report each verdict that is another one now.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="JSON lines; - is standard input")
    formats.add_json(parser, "one JSON object a changed verdict", "replay")
    evaluator.add_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Replay.

    :returns: 0 if no verdict changes, 1 if one does, 2 if a line could not be read.
    """
    program = evaluator.load(args)
    counts: Counter[str] = Counter()
    with evaluator.chosen(args, program) as asked:
        for where, kept in _lines(args.files):
            if isinstance(kept, str):
                counts["unreadable"] += 1
                print(f"swapin: {where}: {kept}", file=sys.stderr)
                continue
            (verdict,) = asked.evaluate_many([kept["fault"]], Depth.NONE)
            counts["verdicts"] += 1
            changes = _changes(kept["outcomes"], verdict)
            if changes:
                counts["changed"] += 1
                _show(where, kept, changes, as_json=args.json)
    told = f"{counts['verdicts']} verdicts, {counts['changed']} changed"
    print(told, file=sys.stderr if args.json else sys.stdout)
    return status(
        bad_input=bool(counts["unreadable"]),
        degraded=program.catalog.degraded,
        findings=bool(counts["changed"]),
    )


def _lines(files: list[str]) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Where, and what was kept there or what is wrong with it."""
    for name in files:
        with opened(name) as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield f"{name}:{number}", _read(line)


def _read(line: str) -> dict[str, Any] | str:
    try:
        kept = parsed(line)
    except ValueError as error:
        return f"not JSON: {error}"
    if not isinstance(kept, dict):
        return "not a JSON object"
    for field in ("fault", "outcomes"):
        if not isinstance(kept.get(field), dict):
            return f"`{field}` must be an object"
    return kept


def _changes(before: dict[str, Any], verdict: Any) -> dict[str, list[str]]:
    """Before and now, by outcome; a fault that is refused now has its first reason."""
    if isinstance(verdict, FaultError):
        return {"fault": ["answered", str(verdict.problems[0])]}
    now = verdict.outcomes
    return {
        outcome: [str(before.get(outcome, "")), now.get(outcome, "")]
        for outcome in sorted({*before, *now})
        if before.get(outcome, "") != now.get(outcome, "")
    }


def _show(
    where: str, kept: dict[str, Any], changes: dict[str, list[str]], *, as_json: bool
) -> None:
    if as_json:
        told = {"where": where, "request_id": kept.get("request_id", ""), "changes": changes}
        print(json.dumps({**told, "fault": kept["fault"]}, ensure_ascii=False))
        return
    print(f"{where}: {json.dumps(kept['fault'], ensure_ascii=False)}")
    for outcome, (before, now) in changes.items():
        print(f"    {outcome}: {before or 'nothing'} -> {now or 'nothing'}")
