"""``swapin litmus``: what can come of the life of a page, test by test."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from swapin.cli import evaluator, formats
from swapin.cli.exits import Exit, status
from swapin.model import LifeError

if TYPE_CHECKING:
    from swapin.life.litmus import Litmus
    from swapin.life.run import LitmusResult
    from swapin.program import Program


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``litmus`` and what it can do."""
    parser = commands.add_parser(
        "litmus",
        help="play small tests of a page's life in the model",
        description="A litmus test is a dozen lines: who does what to a page, and a question about "
        "how it can end. docs/litmus.md has the language and the catalogue.",
    )
    doings = parser.add_subparsers(dest="doing", metavar="DOING", required=True)
    played = doings.add_parser(
        "run",
        help="play tests: always, sometimes or never",
        description="Exit status 1 if the line `exists`, `never` or `always` of a test does not "
        "hold on a kernel.",
    )
    _add_files(played)
    _add_kernels(played)
    played.add_argument("--story", action="store_true", help="tell a shortest way, step by step")
    played.add_argument("--svg", type=Path, metavar="FILE", help="the story as a sequence chart")
    formats.add_json(played, "one JSON object a line", "litmus")
    evaluator.add_strict(played)
    played.set_defaults(run=run)
    shown = doings.add_parser("show", help="read a test out in English")
    _add_files(shown)
    shown.set_defaults(run=show)
    exported = doings.add_parser(
        "export",
        help="write a test for another checker",
        description="Write a test with what the kernel decides as a program for Spin.",
    )
    exported.add_argument("file", metavar="FILE|NAME", help="a test, or one of the catalogue")
    exported.add_argument(
        "--promela", action="store_true", required=True, help="for Spin: spin -a, cc, ./pan -E"
    )
    exported.add_argument("--kernel", metavar="K", help="default: the newest")
    exported.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")
    evaluator.add_strict(exported)
    exported.set_defaults(run=export)
    checked = doings.add_parser(
        "spin",
        help="have Spin search the tests too, and compare",
        description="Search each test with Spin (packages: spin, gcc) and compare verdict and ends "
        "with the model's. Exit status 1 if they differ.",
    )
    _add_files(checked)
    _add_kernels(checked)
    evaluator.add_strict(checked)
    checked.set_defaults(run=spin)


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE|DIR|NAME",
        help="a test, a directory of tests, or one of the catalogue; default: the catalogue",
    )


def _add_kernels(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kernel", action="append", metavar="K", help="default: the newest")
    parser.add_argument("--all", action="store_true", help="every kernel of the model")


def tests_of(names: list[str]) -> Iterator[Litmus]:
    """The tests that were asked for.

    :raises LifeError: there is none of this name, or a file is no test.
    """
    from swapin.life.catalogue import catalogue
    from swapin.life.litmus import litmus_file
    from swapin.model.errors import near_match

    shipped = catalogue()
    if not names:
        yield from shipped.values()
    for name in names:
        path = Path(name)
        if name in shipped:
            yield shipped[name]
        elif path.is_dir():
            files = sorted(path.glob("*.litmus"))
            if not files:
                raise LifeError(f"no file in `{name}` ends in .litmus")
            yield from map(litmus_file, files)
        elif name.endswith(".litmus"):
            yield litmus_file(path)
        else:
            hint = near_match(name, shipped)
            raise LifeError(
                f"no test `{name}` in the catalogue{hint}, and no file or directory; "
                "`swapin litmus show` reads out those that there are"
            )


def run(args: argparse.Namespace) -> int:
    """Play the tests."""
    from swapin.life.chart import chart
    from swapin.life.run import run_litmus

    program = evaluator.load(args)
    wrong = False
    for test, kernel in _asked(args, program):
        result = run_litmus(program, test, kernel)
        wrong = wrong or not result.as_expected
        if args.json:
            print(json.dumps(result.to_dict(), ensure_ascii=False))
        else:
            print("\n".join(_told(result, args.story)))
        if args.svg:
            args.svg.write_text(chart(result), encoding="utf-8")
    return status(degraded=program.catalog.degraded, findings=wrong)


def _newest(program: Program) -> str:
    return max(program.catalog.kernels.values(), key=lambda kernel: kernel.at).name


def _asked(args: argparse.Namespace, program: Program) -> Iterator[tuple[Litmus, str]]:
    """Each test with each kernel that can play it.

    :raises LifeError: there is none.
    """
    from swapin.life.run import applies

    kernels = program.catalog.kernels
    names = list(kernels) if args.all else args.kernel or [_newest(program)]
    played = False
    for test in tests_of(args.files):
        for name in names:
            if name not in kernels or applies(test, kernels[name].release):
                played = True
                yield test, name
    if not played:
        raise LifeError("no test that was asked for is for a kernel that was asked for")


def _told(result: LitmusResult, story: bool) -> list[str]:
    test = result.test
    held = "ok" if result.as_expected else "NOT SO"
    lines = [
        f"{test.name} on {result.kernel}: {result.verdict} ({result.holds} of {result.ends} ends, "
        f"{result.states} states); {test.quantifier} {test.written}: {held}"
    ]
    if story or not result.as_expected:
        lines += [f"    {step}" for step in result.story]
        lines.append(f"  at the end: {', '.join(result.outcome) or 'nothing'}")
        lines.append(f"  {result.fingerprint}, rules {result.edition}")
    return lines


def show(args: argparse.Namespace) -> int:
    """Read the tests out."""
    from swapin.life.prose import in_english

    for test in tests_of(args.files):
        print(in_english(test))
    return Exit.OK


def export(args: argparse.Namespace) -> int:
    """Write a test for Spin."""
    from swapin.life.promela import promela
    from swapin.life.run import decider_of

    program = evaluator.load(args)
    tests = list(tests_of([args.file]))
    if len(tests) != 1:
        raise LifeError(f"`{args.file}` holds {len(tests)} tests; one is exported at a time")
    kernel = args.kernel or _newest(program)
    text, _ = promela(program, tests[0], decider_of(program, tests[0], kernel))
    if args.out:
        args.out.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)
    return status(degraded=program.catalog.degraded)


def spin(args: argparse.Namespace) -> int:
    """Have Spin search each test."""
    from swapin.debian.tools import missing_tools
    from swapin.life.run import decider_of
    from swapin.life.spin import TOOLS, run_spin

    missing = missing_tools(list(TOOLS))
    if missing:
        raise LifeError("; ".join(missing))
    program = evaluator.load(args)
    wrong = False
    for test, kernel in _asked(args, program):
        result = run_spin(program, test, decider_of(program, test, kernel))
        wrong = wrong or not result.agrees
        held = "agree" if result.agrees else "DIFFER"
        print(
            f"{test.name} on {kernel}: Spin {result.verdict}, the model {result.model.verdict}: "
            f"{held}"
        )
    return status(degraded=program.catalog.degraded, findings=wrong)
