"""``swapin explore``: every life of a page within a bound, and the shortest that goes wrong."""

from __future__ import annotations

import argparse
import json
import sys

from swapin.cli import evaluator, formats, sides
from swapin.cli.exits import status
from swapin.cli.help import number


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``explore``."""
    parser = commands.add_parser(
        "explore",
        help="every life of a page within a bound: does anything go wrong?",
        description="Go through everything that processes, reclaim and the device can do to a "
        "page, in every order, and show the shortest life that breaks a rule. Exit status 1 if "
        "there is one.",
        epilog="example: swapin explore --kernel v2-posted --backend null_blk "
        "--fact swap_device.stable_writes=true",
    )
    parser.add_argument("--kernel", required=True, metavar="K", help="a release or a variant")
    parser.add_argument("--arch", default="x86_64", metavar="NAME", help="default: %(default)s")
    parser.add_argument("--backend", default="null_blk", metavar="B", help="default: %(default)s")
    parser.add_argument(
        "--fact", action="append", default=[], metavar="NAME=VALUE", help="of the device or kernel"
    )
    parser.add_argument(
        "--processes", type=int, choices=(1, 2, 3), default=2, help="default: %(default)s"
    )
    parser.add_argument(
        "--pages",
        type=int,
        choices=(1, 2, 3),
        default=1,
        help="pages of the address space (default: %(default)s)",
    )
    parser.add_argument(
        "--steps",
        type=number(1, 1000),
        default=10,
        metavar="N",
        help="of a life at most (%(default)s)",
    )
    parser.add_argument(
        "--most-states",
        type=number(1, 1_000_000_000),
        default=2_000_000,
        metavar="N",
        help="kept in memory at most, each some kilobyte (%(default)s)",
    )
    formats.add_json(parser, "one JSON object", "explore")
    sides.add_server(parser)
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Explore, and tell what was found."""
    from swapin.life.decide import Decider
    from swapin.life.lives import RULES, explore

    program = evaluator.load(args)
    if args.server:
        side = {
            "kernel": args.kernel,
            "architecture": args.arch,
            "stack": args.backend.split("/"),
            "facts": sides.given(args, program.catalog),
        }
        with sides.server(args) as analysis:
            told = analysis.explore(side, args.processes, args.steps, args.pages)
        sides.show_json([told])
        return status(findings=bool(told["broken"]))
    decider = Decider(
        program,
        args.kernel,
        architecture=args.arch,
        backend=args.backend,
        given=sides.given(args, program.catalog),
    )
    found = explore(
        decider,
        processes=args.processes,
        pages=args.pages,
        steps=args.steps,
        most=args.most_states,
        watch=_tell,
    )
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if args.json:
        print(json.dumps(found.to_dict(), ensure_ascii=False))
    elif found.broken:
        meant = RULES[found.broken]
        print(f"{found.kernel}: {found.broken} is broken, by which {meant}")
        print("\n".join(f"  {step}" for step in found.life))
        print(f"  ({found.states} states)")
    else:
        within = "of any length" if found.complete else f"of up to {args.steps} steps"
        lives = f"every life {within}" if not found.cut else "the shorter lives"
        print(
            f"{found.kernel}: {len(RULES)} rules hold in {lives} of {args.processes} processes "
            f"and {args.pages} page{'s' if args.pages > 1 else ''} ({found.states} states)"
        )
    if found.cut:
        print(
            f"swapin: more than {args.most_states} states: not every life of {args.steps} steps "
            "was gone through (--most-states)",
            file=sys.stderr,
        )
    return status(
        bad_input=found.cut, degraded=program.catalog.degraded, findings=bool(found.broken)
    )


def _tell(states: int, steps: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{states} states, {steps} steps", end="", file=sys.stderr, flush=True)
