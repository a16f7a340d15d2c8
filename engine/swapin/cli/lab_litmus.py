"""``swapin lab run --litmus``: litmus tests in real kernels, beside what the model says."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from swapin.cli import evaluator, litmus
from swapin.cli.exits import status
from swapin.cli.help import number

if TYPE_CHECKING:
    from swapin.lab.litmus import Tried
    from swapin.lab.run import Progress


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options for litmus tests."""
    parser.add_argument(
        "--litmus",
        nargs="*",
        metavar="FILE|DIR|NAME",
        help="play litmus tests instead of scenarios; without a name, the catalogue",
    )
    parser.add_argument(
        "--tries",
        type=number(1, 1_000_000),
        default=100,
        metavar="N",
        help="of each litmus test (%(default)s)",
    )


def run(args: argparse.Namespace, progress: Progress) -> int:
    """Boot each kernel, play the tests, tell the counts."""
    from swapin.debian.packages import Packages
    from swapin.debian.tools import missing_tools
    from swapin.lab.boot import Limits
    from swapin.lab.errors import LabError
    from swapin.lab.guest import busybox_of
    from swapin.lab.kernels import obtain
    from swapin.lab.litmus import try_tests
    from swapin.lab.machines import machine

    program = evaluator.load(args)
    tests = list(litmus.tests_of(args.litmus))
    emulated = machine(args.arch)
    missing = missing_tools([emulated.emulator, emulated.compiler, "depmod", "dpkg-deb"])
    if missing:
        raise LabError("; ".join(missing))
    packages = Packages(emulated.debian)
    flavour = args.flavour or "general"
    broken = found = False
    for name in args.kernel:
        image = obtain(name, packages, emulated, flavour)
        tried, ended = try_tests(
            program,
            image,
            emulated,
            tests,
            args.out,
            tries=args.tries,
            limits=Limits(whole_s=args.limit),
            busybox=busybox_of(emulated, packages),
            progress=progress,
            model=args.model or "",
        )
        if sys.stderr.isatty():
            print(file=sys.stderr)
        if ended and ended.why:
            broken = True
            where = f"its console is in {ended.console}"
            print(f"swapin: kernel {image.name}: {ended.why}; {where}", file=sys.stderr)
        for one in tried:
            found = found or one.finding
            if args.json:
                print(json.dumps(one.to_dict(), ensure_ascii=False))
            else:
                print("\n".join(_told(one)))
    return status(bad_input=broken, degraded=program.catalog.degraded, findings=found)


def _told(one: Tried) -> list[str]:
    head = f"{one.test.name} on {one.kernel}: "
    if one.model is None or not one.tries:
        return [f"{head}not played: {one.result}", *_failed(one)]
    lines = [
        f"{head}{one.holds} of {one.tries} tries, by the model {one.model.verdict}; "
        f"{one.test.quantifier} {one.test.written}: {one.result}"
    ]
    lines += [
        f"  forbidden by the model and seen: {what} ({count})"
        for what, count in one.forbidden.items()
    ]
    lines += [f"  allowed by the model and never seen: {what}" for what in one.never_seen]
    return [*lines, *_failed(one)]


def _failed(one: Tried) -> list[str]:
    return [f"  {count} tries came to no end: {why}" for why, count in one.failed.items()]
