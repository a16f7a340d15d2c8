"""``swapin eval`` of a table: Parquet and Arrow files. What it needs is imported when asked."""

from __future__ import annotations

import argparse
import os
import sys

from swapin.catalog.selection import parted
from swapin.cli.exits import Exit, status
from swapin.model import Depth, Fault, FaultError, Problem, Reason, outcomes_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from swapin.catalog import Catalog
    from swapin.columns.files import Summary

ENDS = (".parquet", ".arrow", ".feather")
"""How the names of tables end."""

_OPTIONS = ("keep", "columns", "outcomes")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that tables have beside those of ``eval``."""
    group = parser.add_argument_group(
        "tables", "of Parquet and Arrow files; flags then say what is the same for each row"
    )
    for name, told in (
        ("keep", "columns that the result has too"),
        ("columns", "the columns that are read, beside those kept (default: all)"),
        ("outcomes", "the outcomes that are asked for (default: all)"),
    ):
        group.add_argument(f"--{name}", type=parted, metavar="NAME,…", help=told)


def is_table(name: str) -> bool:
    """Whether a file is taken for a table, by the end of its name; a folder is one of Parquet."""
    return name.endswith(ENDS) or os.path.isdir(name)


def refuse(args: argparse.Namespace) -> None:
    """Refuse what only tables have.

    :raises FaultError: such an option was given.
    """
    for name in _OPTIONS:
        if getattr(args, name) is not None:
            raise _usage(f"--{name}", f"is for tables, whose names end in {', '.join(ENDS)}")
    if args.out and args.out.endswith(ENDS):
        raise _usage("--out", "JSON lines are no table; a table is made of a table")


def run(args: argparse.Namespace) -> int:
    """Evaluate a table, write another, and tell the counts."""
    for name, given in (
        ("--server", args.server),
        ("--resume", args.resume),
        ("--pte", args.pte),
        ("--explain", args.explain != Depth.DECIDING.value),
    ):
        if given:
            raise _usage(name, "does not go with a table")
    if args.out and not str(args.out).endswith(ENDS):
        raise _usage("--out", f"the name of a table ends in {', '.join(ENDS)}")
    if args.out and os.path.exists(args.out) and os.path.samefile(args.file, args.out):
        raise _usage("--out", "the table that is read would be lost; name another file")
    try:
        from swapin.columns.files import FaultFile, evaluate_file
    except ModuleNotFoundError as error:
        if error.name not in ("polars", "pyarrow"):
            raise
        print(
            "swapin: `swapin eval` of a table asks for `pip install swapin[arrow]`", file=sys.stderr
        )
        return Exit.USAGE
    import json

    from swapin.cli import evaluator
    from swapin.cli.progress import progress

    program = evaluator.load(args)
    keep = list(dict.fromkeys(args.keep or ()))
    file = FaultFile(args.file, [*args.columns, *keep] if args.columns else ())
    done = 0
    with progress(file.rows, "row") as told:

        def count(rows: int) -> None:
            nonlocal done
            done += rows
            if told:
                told(done)

        summary = evaluate_file(
            program,
            file,
            _common(args, program.catalog),
            args.out and str(args.out),
            groups=outcomes_named(dict.fromkeys(args.outcomes or ()), "--outcomes"),
            keep=keep,
            threads=args.jobs,
            progress=count,
        )
    print(json.dumps(_as_json(summary), ensure_ascii=False) if args.json else _as_text(summary))
    return status(bad_input=bool(summary.errors), degraded=program.catalog.degraded)


def _common(args: argparse.Namespace, catalog: Catalog) -> Fault:
    """What is the same for each row; without ``--kernel`` the rows have the release."""
    from dataclasses import replace

    from swapin.cli.described import description_of
    from swapin.program.description import read_fault

    description = description_of(args, catalog.kernels)
    if args.kernel:
        return read_fault(description, catalog)
    any_kernel = {"release": next(iter(catalog.kernels.values())).release}
    given = description.get("kernel", {})
    return replace(
        read_fault({**description, "kernel": {**any_kernel, **given}}, catalog), release=""
    )


def _as_json(summary: Summary) -> dict[str, Any]:
    return {
        "rows": summary.rows,
        "outcomes": {name: dict(values) for name, values in summary.values.items()},
        "errors": dict(summary.errors),
    }


def _as_text(summary: Summary) -> str:
    lines = [f"{summary.rows:,} rows"]
    for name, values in summary.values.items():
        told = ", ".join(f"{value} {count:,}" for value, count in values.most_common() if count)
        lines.append(f"  {name:<16}  {told or 'none'}")
    lines += [f"  {count:,} not evaluated: {text}" for text, count in summary.errors.most_common()]
    return "\n".join(lines)


def _usage(field: str, message: str) -> FaultError:
    return FaultError([Problem(field, Reason.MALFORMED, message)])
