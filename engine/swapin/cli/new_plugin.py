"""``swapin plugins new``: a package for a plugin, complete and passing."""

from __future__ import annotations

import argparse
from pathlib import Path

from swapin.catalog.selection import selection
from swapin.cli.exits import status
from swapin.cli.new_package import KINDS, write_plugin


def add_action(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the action to those of ``swapin plugins``."""
    parser = actions.add_parser(
        "new",
        help="write a plugin package that installs and passes its tests",
        description="Write a package: its declarations in one file, tests, README and CI.",
    )
    parser.add_argument("name", metavar="NAME", help="the distribution, such as swapin-nbd")
    parser.add_argument("--kind", choices=KINDS, required=True, help="what it declares")
    parser.add_argument(
        "--into", type=Path, default=Path(), metavar="DIR", help="where (default: here)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write it, and say what was written."""
    from swapin.program.kept import installed_program

    offers = installed_program(selection()).catalog.offers
    for path in write_plugin(args.name, args.kind, args.into, offers):
        print(path)
    return status()
