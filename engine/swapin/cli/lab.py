"""``swapin lab``: boot real kernels under emulation, and compare what they did with the model."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from swapin.cli import evaluator, formats, lab_litmus, lab_matrix, lab_recipes
from swapin.cli.exits import Exit, status
from swapin.cli.help import number
from swapin.cli.text import word

if TYPE_CHECKING:
    from swapin.debian.packages import Packages
    from swapin.lab.backends import LabBackend
    from swapin.lab.compare import Difference
    from swapin.lab.kernels import Image
    from swapin.lab.machines import Machine
    from swapin.lab.plan import Plan
    from swapin.lab.run import KernelRun
    from swapin.lab.scenario import Scenario


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``lab`` and what it can do."""
    parser = commands.add_parser(
        "lab",
        help="boot real kernels under emulation and audit what they did",
        description="Boot stock distribution kernels in QEMU, drive scenarios in them, record what "
        "their swap-in faults did, and compare it with the model. docs/lab.md has the details.",
    )
    doings = parser.add_subparsers(dest="doing", metavar="DOING", required=True)
    _add_kernels(doings)
    _add_scenarios(doings)
    _add_run(doings)
    _add_diff(doings)
    lab_matrix.add_parser(doings)
    lab_recipes.add_parser(doings)


def _add_kernels(doings: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = doings.add_parser("kernels", help="which kernels the package manager can give")
    _add_machine(parser)
    formats.add_json(parser, "one JSON object a line", "lab-kernel")
    parser.add_argument(
        "--fetch", action="append", default=[], metavar="KERNEL", help="fetch and unpack it too"
    )
    parser.set_defaults(run=run_kernels)


def _add_scenarios(doings: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = doings.add_parser("scenarios", help="the scenarios, and what the model says of them")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a scenario, or a file with one")
    parser.add_argument("--kernel", default="7.3", help="the kernel that the model is asked of")
    formats.add_json(parser, "one JSON object a line", "lab-scenario")
    evaluator.add_strict(parser)
    parser.set_defaults(run=run_scenarios)


def _add_run(doings: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = doings.add_parser(
        "run",
        help="boot kernels, run scenarios, audit what was seen",
        description="Exit status 1 if a kernel and the model disagree anywhere, 2 if a guest did "
        "not end as it should.",
    )
    parser.add_argument(
        "--kernel",
        action="append",
        required=True,
        metavar="KERNEL",
        help="a release (6.1), a package, .deb files joined by commas, or VMLINUZ:MODULES",
    )
    parser.add_argument(
        "--suite",
        choices=("quick", "cells", "full"),
        default="quick",
        help="quick: few scenarios; cells: all, with the one access that shows most; full: all",
    )
    parser.add_argument(
        "--scenario", action="append", metavar="NAME", help="only this one; or a file with one"
    )
    parser.add_argument("--backend", action="append", metavar="NAME", help="only this swap device")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for what was seen")
    lab_matrix.add_model(parser)
    lab_litmus.add_options(parser)
    parser.add_argument(
        "--jobs", type=number(1, 2), default=2, metavar="N", help="kernels side by side, at most 2"
    )
    parser.add_argument(
        "--limit", type=float, default=3600, metavar="SECONDS", help="for one boot, in all"
    )
    formats.add_json(
        parser,
        "the matrix as one JSON object; litmus tests, one a line",
        "lab-matrix",
        "lab-litmus",
    )
    _add_machine(parser)
    evaluator.add_strict(parser)
    parser.set_defaults(run=run_lab)


def _add_diff(doings: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = doings.add_parser(
        "diff",
        help="what two kernels did differently in the same scenarios",
        description="Compare two files of observations: what was done differently with the same "
        "device, scenario, access and state of writeback, beside what the model says of each. "
        "Exit status 1 if there is a difference.",
    )
    parser.add_argument(
        "first", type=Path, metavar="A", help="observations of one kernel; - is standard input"
    )
    parser.add_argument("second", type=Path, metavar="B", help="those of another")
    formats.add_json(parser, "one JSON object a line", "lab-diff")
    evaluator.add_strict(parser)
    parser.set_defaults(run=run_diff)


def _add_machine(parser: argparse.ArgumentParser) -> None:
    from swapin.lab.machines import MACHINES

    parser.add_argument(
        "--arch",
        choices=tuple(MACHINES),
        default="x86_64",
        help="of the guests (default: %(default)s)",
    )
    parser.add_argument(
        "--flavour", metavar="NAME", help="cloud or general; by default the smallest there is"
    )


def run_kernels(args: argparse.Namespace) -> int:
    """List what can be had, and fetch what was asked for."""
    from swapin.debian.packages import Packages
    from swapin.lab.kernels import obtain, offered
    from swapin.lab.machines import machine

    emulated = machine(args.arch)
    packages = Packages(emulated.debian)
    flavours = [args.flavour] if args.flavour else list(emulated.flavours)
    if args.fetch:
        for name in args.fetch:
            image = obtain(name, packages, emulated, flavours[0])
            if args.json:
                told = {"release": image.release, "flavour": image.flavour}
                told |= {"version": image.version, "vmlinuz": str(image.vmlinuz)}
                print(json.dumps(told))
            else:
                print(f"{image.release}  {image.version}  {image.vmlinuz}")
        return Exit.OK
    for flavour in flavours:
        for offer in offered(packages, emulated, flavour):
            if args.json:
                fields = ("release", "flavour", "package", "version", "missing")
                print(json.dumps({name: getattr(offer, name) for name in fields}))
            else:
                gone = f"  (not to be had: no {offer.missing})" if offer.missing else ""
                print(f"{offer.release:6}{offer.flavour:9}{offer.package}  {offer.version}{gone}")
    return Exit.OK


def run_scenarios(args: argparse.Namespace) -> int:
    """Tell the scenarios, and ask the model what each expects of it."""
    from swapin.lab.expect import ask, kernel_of

    program = evaluator.load(args)
    kernel = kernel_of(program.catalog, args.kernel)
    wrong = False
    for scenario in _scenarios(args.names):
        answers = list(ask(scenario, kernel, program))
        wrong = wrong or any(not answer.agrees for answer in answers)
        if args.json:
            told = [answer.to_dict() for answer in answers]
            print(json.dumps({"name": scenario.name, "expected": told}, ensure_ascii=False))
            continue
        print(f"{scenario.name}: {scenario.result}\n  {scenario.question}")
        for step in scenario.steps:
            print(f"    {step}")
        for answer in answers:
            print(f"  {answer}")
    return status(degraded=program.catalog.degraded, findings=wrong)


def _scenarios(names: list[str] | None) -> list[Scenario]:
    from swapin.lab.errors import LabError
    from swapin.lab.scenario import scenario_file, scenarios

    shipped = scenarios()
    if not names:
        return list(shipped.values())
    chosen = []
    for name in names:
        if name in shipped:
            chosen.append(shipped[name])
        elif name.endswith(".toml"):
            chosen.append(scenario_file(Path(name)))
        else:
            known = ", ".join(f"`{one}`" for one in shipped)
            raise LabError(f"there is no scenario `{name}`; there are {known}, or a .toml file")
    return chosen


def _backends(names: list[str] | None) -> list[LabBackend]:
    from swapin.lab.backends import backends
    from swapin.lab.errors import LabError

    known = backends()
    for name in names or ():
        if name not in known:
            listed = ", ".join(f"`{one}`" for one in known)
            raise LabError(f"the lab has no backend `{name}`; there are {listed}")
    return [known[name] for name in names or known]


def run_lab(args: argparse.Namespace) -> int:
    """Boot, run, audit, print the matrix."""
    if args.litmus is not None:
        return lab_litmus.run(args, _tell)
    from swapin.debian.packages import Packages
    from swapin.debian.tools import missing_tools
    from swapin.lab.boot import Limits
    from swapin.lab.errors import LabError
    from swapin.lab.guest import busybox_of
    from swapin.lab.machines import machine
    from swapin.lab.matrix import keep_reasons, make_matrix
    from swapin.lab.run import run_kernels

    program = evaluator.load(args)
    emulated = machine(args.arch)
    chosen = _scenarios(args.scenario), _backends(args.backend)
    model = lab_matrix.model_of(args, program.catalog)
    missing = missing_tools([emulated.emulator, emulated.compiler, "depmod", "dpkg-deb"])
    if missing:
        raise LabError("; ".join(missing))
    packages = Packages(emulated.debian)
    work = _work(args, packages, emulated, *chosen)
    done = run_kernels(
        work,
        emulated,
        program.catalog,
        args.out,
        limits=Limits(whole_s=args.limit),
        jobs=args.jobs,
        busybox=busybox_of(emulated, packages),
        progress=_tell,
    )
    matrix = make_matrix(done, program.catalog, lab_matrix.asked(program), model)
    keep_reasons(matrix, args.out)
    lab_matrix.show(matrix, args.json)
    broken = _tell_broken(done)
    return status(
        bad_input=broken or bool(matrix.bad),
        degraded=program.catalog.degraded,
        findings=bool(matrix.disagreements),
    )


def _work(
    args: argparse.Namespace,
    packages: Packages,
    emulated: Machine,
    scenarios: list[Scenario],
    backends: list[LabBackend],
) -> list[tuple[Image, Plan]]:
    """The kernels, fetched, each with its plan."""
    from swapin.lab.errors import LabError
    from swapin.lab.kernels import obtain
    from swapin.lab.plan import Suite, make_plan

    flavour = args.flavour or next(iter(emulated.flavours))
    suite = Suite.FULL if args.scenario and args.suite == "quick" else Suite(args.suite)
    work: list[tuple[Image, Plan]] = []
    for name in args.kernel:
        image = obtain(name, packages, emulated, flavour)
        if any(image.name == other.name for other, _ in work):
            raise LabError(f"two kernels `{image.name}` in one run: their results have one name")
        work.append((image, make_plan(image, scenarios, backends, suite=suite)))
    return work


def _tell(kernel: str, done: int, total: int, now: str) -> None:
    """One line on a terminal, written over; elsewhere one line for each tenth."""
    if sys.stderr.isatty():
        print(f"\r\033[K{kernel}: {done}/{total} {now}", end="", file=sys.stderr, flush=True)
    elif total and done * 10 // total != (done - 1) * 10 // total:
        print(f"{kernel}: {done}/{total}", file=sys.stderr, flush=True)


def _tell_broken(done: list[KernelRun]) -> bool:
    broken = False
    if sys.stderr.isatty():
        print(file=sys.stderr)
    for run in done:
        for ended in run.broken:
            broken = True
            where = f"its console is in {ended.console}"
            print(f"swapin: kernel {run.image.name}: {ended.why}; {where}", file=sys.stderr)
    return broken


def run_diff(args: argparse.Namespace) -> int:
    """Print what two kernels did differently."""
    from swapin.lab.compare import differences, key_of
    from swapin.observe.observation import BadLine, keyed_observations

    program = evaluator.load(args)
    bad = False
    sides = []
    for path in (args.first, args.second):
        pairs = list(keyed_observations(path, program.catalog, key_of))
        errors = [one for _, one in pairs if isinstance(one, BadLine)]
        for error in errors:
            bad = True
            print(f"{error.place}: no observation: {error.error}", file=sys.stderr)
        sides.append([(key, one) for key, one in pairs if not isinstance(one, BadLine)])
    found = list(differences(sides[0], sides[1], lab_matrix.asked(program)))
    for difference in found:
        if args.json:
            print(json.dumps(difference.to_dict(), ensure_ascii=False))
        else:
            print("\n".join(_difference_text(difference)))
    if not args.json:
        print(f"{len(found)} differences")
    return status(bad_input=bad, degraded=program.catalog.degraded, findings=bool(found))


def _difference_text(difference: Difference) -> list[str]:
    backend, scenario, access, writeback = difference.key
    lines = [f"{scenario}, {access}, on {backend}, writeback {writeback}: {difference.outcome}"]
    for name, side in (("A", difference.first), ("B", difference.second)):
        did, said = (
            ", ".join(f"{word(value)} ({count})" for value, count in sorted(counts.items()))
            for counts in (side.did, side.said)
        )
        lines.append(f"  {name} did {did}; the model says {said}")
    return lines
