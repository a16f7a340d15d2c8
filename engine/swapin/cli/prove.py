"""``swapin prove``: a question about every admissible state, put to a solver."""

from __future__ import annotations

import argparse
import json
import textwrap
from typing import TYPE_CHECKING

from swapin.cli import evaluator, formats, sides
from swapin.cli.exits import status
from swapin.model import FaultError, Problem, Reason

if TYPE_CHECKING:
    from swapin.analysis.query import Query
    from swapin.analysis.side import Side

_QUESTIONS = {"always": 1, "never": 1, "equivalent": 2, "implies": 2, "disjoint": 2}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``prove``."""
    parser = commands.add_parser(
        "prove",
        help="ask a solver whether an expression holds in every state, or how two relate",
        description="Ask a solver (extra `solver`) whether one expression or rule holds always or "
        "never, or whether two are equivalent, disjoint, or the first implies the second, in "
        "every admissible state of a kernel. It is told the declarations, and nothing that "
        "`swapin check` computed. The exit status is 1 if it does not hold.",
        epilog="examples: swapin prove implies pte_writable mapped_exclusive --kernel 6.1; "
        "swapin prove disjoint pte.swp-exclusive writeback.stable-writes --kernel 7.3",
    )
    parser.add_argument("question", choices=_QUESTIONS, help="always and never are about one")
    parser.add_argument(
        "parts", nargs="+", metavar="RULE|OUTCOME=VALUE|EXPRESSION", help=sides.QUERY
    )
    parser.add_argument("--kernel", required=True, metavar="K", help="a release or a variant")
    parser.add_argument("--arch", default="", metavar="A", help="architecture (default: any)")
    parser.add_argument("--backend", default="", metavar="B", help="swap device, or stack a/b")
    sides.add_given(parser)
    formats.add_json(parser, "one JSON object", "prove")
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask, print, and tell by the exit status whether it holds."""
    from swapin.analysis import read_query, side_of
    from swapin.analysis.solver import Question, Solver

    catalog = evaluator.load(args).catalog
    wanted = _QUESTIONS[args.question]
    if len(args.parts) != wanted:
        raise _refused(f"`{args.question}` is about {wanted}, not {len(args.parts)}")
    side = side_of(
        catalog,
        args.kernel,
        architecture=args.arch,
        stack=args.backend.split("/") if args.backend else [],
        facts=sides.given(args, catalog),
    )
    queries = [read_query(text, catalog) for text in args.parts]
    for query in queries:
        _of_the_kernel(query, side)
    # A question that reads no outcome beside the path is about every fault.
    mapped = any(query.of_mapped for query in queries)
    solver = Solver(catalog, side.kernel, side.known, mapped=mapped)
    reply = solver.ask(Question(args.question), *(query.condition for query in queries))
    told = {
        "question": args.question,
        "queries": [query.text for query in queries],
        "kernel": side.name,
        "faults": "mapped" if mapped else "all",
        "holds": reply.holds,
        "counterexample": dict(reply.counterexample),
    }
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        print("holds" if reply.holds else "does not hold")
        print(f"  {args.question} {', '.join(args.parts)}, {side.name}, {_STATES[mapped]}")
        if not reply.holds:
            print("  but for a state in which these are true, and no other that was asked about:")
            held = [name for name, value in reply.counterexample.items() if value]
            print(textwrap.fill(", ".join(held), 100, initial_indent=_IN, subsequent_indent=_IN))
    return status(findings=not reply.holds, degraded=catalog.degraded)


_IN = "    "
_STATES = {True: "every fault that maps a page", False: "every fault"}


def _of_the_kernel(query: Query, side: Side) -> None:
    if query.rule is not None and query.rule.id not in {rule.id for rule in side.rules}:
        raise _refused(f"`{query.rule.id}` is no rule of {side.name}")


def _refused(message: str) -> FaultError:
    return FaultError([Problem("expression", Reason.MALFORMED, message)])
