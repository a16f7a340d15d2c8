"""``swapin diff``: what two kernels, architectures, devices or catalogs decide differently."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from swapin.cli import evaluator, formats, sides
from swapin.cli.exits import status
from swapin.cli.text import word
from swapin.model import OUTCOMES, FaultError, Group, Problem, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from swapin.analysis import DiffReport, Side
    from swapin.analysis.report import Report
    from swapin.catalog import Catalog

_MOST_CUBES = 12


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``diff``."""
    parser = commands.add_parser(
        "diff",
        help="show what two kernels, architectures, devices or catalogs decide differently",
        description="Show every input for which two sides decide differently, by outcome, as a "
        "cover of cubes over facts; and the rules and conditions that are dead on one side. "
        "Exit status 1 if there is a difference; a side does not differ from itself.",
        epilog="examples: swapin diff 6.19 7.0; swapin diff --arch arm --arch x86_64 "
        "--kernel 6.1; swapin diff --backend zram --backend nvme-pi --kernel 6.12",
    )
    add_sides(parser)
    parser.add_argument(
        "--expect",
        choices=["none", "some"],
        help="none: a difference is a finding (default); some: that there is none is one",
        default="none",
    )
    formats.add_argument(parser, "diff")
    sides.add_server(parser)
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def add_sides(parser: argparse.ArgumentParser) -> None:
    """The options that name two sides, and the outcomes to compare."""
    parser.add_argument("kernels", nargs="*", metavar="K", help="two releases or variants")
    parser.add_argument("--kernel", metavar="K", help="the kernel of both sides")
    parser.add_argument("--arch", action="append", default=[], metavar="A", help="once or twice")
    parser.add_argument("--backend", action="append", default=[], metavar="B", help="once or twice")
    parser.add_argument(
        "--plugins-without",
        metavar="NAME",
        help="compare with the catalog without this plugin (or distribution)",
    )
    parser.add_argument(
        "--outcome",
        action="append",
        choices=list(OUTCOMES),
        help="compare this outcome only (default: all)",
    )
    sides.add_given(parser)


def run(args: argparse.Namespace) -> int:
    """Compare, print, and tell by the exit status whether anything was found."""
    catalog = evaluator.load(args).catalog
    if args.server:
        _sides(args, catalog)
        if args.plugins_without:
            raise _usage("--plugins-without", "a server has one catalog; compare here")
        with sides.server(args) as analysis:
            told = analysis.diff(*_described(args, sides.given(args, catalog)), args.outcome or ())
        sides.show_json([told])
        found = bool(told["differences"] or told["transitions"])
        return status(findings=found == (args.expect == "none"))
    report = compared(args, catalog)
    found = report.found == (args.expect == "none")
    formats.show(args, _report(report, args.expect, _outcomes(args)))
    return status(findings=found, degraded=catalog.degraded)


def compared(args: argparse.Namespace, catalog: Catalog) -> DiffReport:
    """The report of the sides that the options name.

    :raises FaultError: an unknown name, or one side alone. A side may be compared with itself.
    """
    from swapin.analysis import diff

    return diff(*_sides(args, catalog), _outcomes(args))


def _outcomes(args: argparse.Namespace) -> Sequence[Group]:
    """The outcomes to compare."""
    from swapin.analysis.side import GROUPS

    return [group for group in GROUPS if not args.outcome or group.field in args.outcome]


def _sides(args: argparse.Namespace, catalog: Catalog) -> tuple[Side, Side]:
    from swapin.analysis import side_of

    facts = sides.given(args, catalog)
    kernels = _pair("K", args.kernels or ([args.kernel] if args.kernel else []))
    arches = _pair("--arch", args.arch)
    devices = _pair("--backend", args.backend)
    catalogs = (catalog, _without(args) if args.plugins_without else catalog)
    if not kernels[0]:
        raise _usage("K", "name two kernels, or one with --kernel")
    named_twice = any(len(given) == 2 for given in (args.kernels, args.arch, args.backend))
    if not named_twice and not args.plugins_without:
        raise _usage("K", "one side alone: name a second kernel, or --arch or --backend twice")
    one, two = (
        side_of(
            known,
            kernel,
            architecture=arch,
            stack=device.split("/") if device else (),
            facts=facts,
            name=f"{kernel} without {args.plugins_without}" if known is not catalog else "",
        )
        for known, kernel, arch, device in zip(catalogs, kernels, arches, devices, strict=True)
    )
    return one, two


def _described(
    args: argparse.Namespace, facts: dict[str, bool]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides as a server is told of them."""
    kernels = _pair("K", args.kernels or [args.kernel])
    rows = zip(kernels, _pair("--arch", args.arch), _pair("--backend", args.backend), strict=True)
    before, after = (
        {
            "kernel": kernel,
            "architecture": arch,
            "stack": device.split("/") if device else [],
            "facts": facts,
        }
        for kernel, arch, device in rows
    )
    return before, after


def _without(args: argparse.Namespace) -> Catalog:
    from swapin.catalog import discover, load_catalog

    name: str = args.plugins_without
    found = evaluator.selected(args).chosen(discover())
    left = [c for c in found if name not in (c.origin.plugin, c.origin.distribution)]
    if len(left) == len(found):
        known = ", ".join(sorted({c.origin.plugin for c in found}))
        raise _usage("--plugins-without", f"no plugin `{name}`; there are {known}")
    return load_catalog(candidates=left)


def _pair(field: str, given: list[str]) -> tuple[str, str]:
    if len(given) > 2:
        raise _usage(field, f"{len(given)} are given; a diff has two sides")
    return (given[0], given[-1]) if given else ("", "")


def _usage(field: str, message: str) -> FaultError:
    return FaultError([Problem(field, Reason.MALFORMED, message)])


def _report(report: DiffReport, expect: str, outcomes: Sequence[Group]) -> Report:
    """One case for each difference; for each outcome, if it has none."""
    from swapin.analysis.report import Case, Report, State

    group = f"{report.before.name} and {report.after.name}"
    cases = []
    for outcome in outcomes:
        found = [one for one in report.differences if one.outcome == outcome.field]
        meaning = f"`{outcome.field}` is the same in {group}"
        if not found:
            cases.append(Case(group=group, id=outcome.field, meaning=meaning, state=State.PASSED))
        for one in found:
            cases.append(
                Case(
                    group=group,
                    id=outcome.field,
                    meaning=meaning,
                    state=State.FAILED if expect == "none" else State.KNOWN,
                    message=f"{_word(one.before)} before, {_word(one.after)} after, "
                    f"for {one.states:,} inputs",
                    details=tuple(" and ".join(cube) or "always" for cube in one.cubes),
                    data=one.to_dict(),
                )
            )
    for changed in report.transitions:
        cases.append(
            Case(
                group=group,
                id=f"between.{changed.event}",
                meaning=f"`{changed.event}` does the same in {group}",
                state=State.FAILED if expect == "none" else State.KNOWN,
                message=f"{changed.before} before, {changed.after} after: {changed.because}",
                details=tuple(" and ".join(cube) or "always" for cube in changed.cubes),
                data=changed.to_dict(),
            )
        )
    if expect == "some" and not report.found:
        cases.append(
            Case(
                group=group,
                id="expected",
                meaning="something differs",
                state=State.FAILED,
                message="a difference was expected, and there is none",
            )
        )
    return Report(
        command="diff",
        title=f"what {group} decide differently",
        cases=tuple(cases),
        data=(report.to_dict(),),
        text="\n".join(_text(report)),
    )


def _text(report: DiffReport) -> Iterator[str]:
    before, after = report.before.name, report.after.name
    if not report.differences:
        # What happens between faults may differ all the same; it is told below.
        yield f"no difference between {before} and {after} ({report.states:,} inputs)"
    else:
        outcomes = dict.fromkeys(found.outcome for found in report.differences)
        yield f"{before} and {after} differ in {', '.join(outcomes)} ({report.states:,} inputs)"
    for found in report.differences:
        values = f"{_word(found.before)} in {before}, {_word(found.after)} in {after}"
        yield f"  {found.outcome}: {values}"
        many = "exactly when"
        if len(found.cubes) > 1:
            many += f" one of {len(found.cubes)} holds"
        proven = ", the fewest that will do" if found.minimal else ""
        yield f"    {many}{proven} ({found.states:,} inputs):"
        for cube in found.cubes[:_MOST_CUBES]:
            yield f"      {' and '.join(cube) or 'always'}"
        if len(found.cubes) > _MOST_CUBES:
            yield f"      and {len(found.cubes) - _MOST_CUBES} more (--json has them all)"
        yield f"    nearest to an ordinary fault: {', '.join(found.witness) or 'an ordinary fault'}"
        for side, rules in zip((before, after), found.rules, strict=True):
            yield f"      {side}: {', '.join(rules) or 'no rule holds'}"
    yield from _between(report)
    for one in report.one_sided:
        yield f"  only {one.side} can have {one.states:,} inputs:"
        for cube in one.cubes[:_MOST_CUBES]:
            yield f"      {' and '.join(cube)}"
    conditions: dict[tuple[str, str], list[str]] = {}
    for dead in report.dead:
        if dead.condition:
            conditions.setdefault((dead.side, dead.condition), []).append(dead.rule)
        else:
            yield f"  rule {dead.rule}: {_DEAD[dead.how]} in {dead.side}"
    for (side, condition), names in conditions.items():
        yield f"  condition {condition}: makes no difference in {side} to {', '.join(names)}"


def _between(report: DiffReport) -> Iterator[str]:
    before, after = report.before.name, report.after.name
    for found in report.transitions:
        effects = f"{found.before} in {before}, {found.after} in {after}"
        yield f"  between faults, {found.event}: {effects}"
        yield f"    {' or '.join(' and '.join(cube) or 'always' for cube in found.cubes)}"
        yield f"    {found.because} ({found.source})"


_DEAD = {
    "gone": "gone",
    "gone, dead before": "gone; it decided nothing on the other side either",
    "never fires": "never fires",
    "dead": "dead: it may still fire, and decides nothing",
}


def _word(value: str) -> str:
    return "not modelled" if value == "NOT_MODELLED" else word(value)
