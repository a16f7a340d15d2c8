"""``swapin lab recipes``: run the recipes of ``swapin recipe`` in a real kernel."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from swapin.cli import evaluator, formats
from swapin.cli.exits import status


def add_parser(doings: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``recipes``."""
    parser = doings.add_parser(
        "recipes",
        help="run recipes in a real kernel, and see that each undoes itself",
        description="Boot a kernel and run a recipe for each kind of device in it, with the tools "
        "of this machine. Exit status 1 if one shows anything but what the model expects, or "
        "leaves anything behind; 2 if the guest did not end as it should.",
    )
    parser.add_argument("--kernel", default="6.12", metavar="RELEASE", help="default: %(default)s")
    parser.add_argument(
        "--backend", action="append", metavar="B", help="only this kind; default: every one"
    )
    parser.add_argument(
        "--query", metavar="RULE|OUTCOME=VALUE|EXPRESSION", help="bring about this, on each of them"
    )
    parser.add_argument("--console", type=Path, metavar="FILE", help="keep what the guest printed")
    formats.add_json(parser, "one JSON object a line", "lab-recipe")
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Boot, run the recipes, tell what came of each."""
    from swapin.debian.packages import Packages
    from swapin.debian.tools import DebianError, missing_tools
    from swapin.lab.boot import Limits
    from swapin.lab.guest import busybox_of
    from swapin.lab.kernels import obtain
    from swapin.lab.machines import X86_64
    from swapin.lab.recipes import QUERIES, play
    from swapin.model.errors import listed
    from swapin.recipe import plan, script

    program = evaluator.load(args)
    for name in args.backend or ():
        if name not in QUERIES:
            raise DebianError(f"there is no recipe for `{name}`; there are {listed(QUERIES)}")
    scripts = []
    for name in args.backend or QUERIES:
        query = args.query or QUERIES[name]
        scripts.append((name, query, script(plan(program, query, args.kernel, name))))
    missing = missing_tools([X86_64.emulator, "depmod", "dpkg-deb", "ldd"])
    if missing:
        raise DebianError("; ".join(missing))
    packages = Packages(X86_64.debian)
    image = obtain(args.kernel, packages, X86_64, next(iter(X86_64.flavours)))
    with tempfile.TemporaryDirectory(prefix="swapin-lab-") as place:
        console = args.console or Path(place, "console")
        busybox = busybox_of(X86_64, packages)
        played, ended = play(image, X86_64, busybox, scripts, console, Limits())
        if ended.why:
            where = f"; its console is in {console}" if args.console else ""
            print(f"swapin: kernel {image.name}: {ended.why}{where}", file=sys.stderr)
    for one in played:
        if args.json:
            fields = ("device", "query", "result", "undone", "said")
            told = {"kernel": image.name, **{name: getattr(one, name) for name in fields}}
            print(json.dumps(told, ensure_ascii=False))
        else:
            left = "undone" if one.undone else "NOT UNDONE"
            print(f"{image.name}  {one.device:9} {one.query:32} {one.result}; {left}")
    return status(
        bad_input=bool(ended.why),
        degraded=program.catalog.degraded,
        findings=any(not one.good for one in played),
    )
