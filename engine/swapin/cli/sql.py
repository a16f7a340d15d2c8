"""``swapin sql``: an outcome of a kernel as SQL, for faults that a database keeps."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from swapin.catalog.selection import parted
from swapin.cli import evaluator, formats, sides
from swapin.cli.exits import status
from swapin.model import OUTCOMES, Depth, Fault, FaultError, Problem, Reason
from swapin.model.errors import unknown_name

if TYPE_CHECKING:
    from swapin.catalog import Catalog
    from swapin.program import Program
    from swapin.program.sql import Sql

_DIALECTS = ("duckdb", "spark", "polars")
_DEPTHS = (Depth.NONE.value, Depth.DECIDING.value)


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``sql``."""
    parser = commands.add_parser(
        "sql",
        help="write an outcome as SQL over columns of facts",
        description="Write one outcome of a kernel as an SQL query, or as an expression, over "
        "boolean columns that are named as the facts. NULL is an unknown fact, and the result "
        "is NULL where the row does not settle the outcome. With --explain deciding, another "
        "column has the ids of the deciding rules.",
        epilog="examples: swapin sql --dialect duckdb --outcome mapped_exclusive --kernel 6.1 "
        "--from \"'faults.parquet'\" --keep id; swapin sql --dialect polars --outcome exclusive "
        "--columns pte.swp_exclusive,folio.fresh,folio.ksm --expression",
    )
    parser.add_argument("--dialect", required=True, choices=_DIALECTS, help="whose SQL it is")
    parser.add_argument(
        "--outcome", required=True, choices=list(OUTCOMES), help="the outcome that is computed"
    )
    parser.add_argument(
        "--explain",
        choices=_DEPTHS,
        default=_DEPTHS[0],
        help="deciding: also the deciding rules, as a text of ids with commas between "
        "(default: %(default)s)",
    )
    parser.add_argument("--kernel", default="", metavar="K", help="default: the newest release")
    parser.add_argument("--arch", "--architecture", default="", metavar="A", help="default: any")
    parser.add_argument("--backend", default="", metavar="B", help="swap device, or stack a/b")
    sides.add_given(parser)
    parser.add_argument(
        "--columns",
        type=parted,
        metavar="NAME,…",
        help="facts that the table has; the rest is unknown (default: each that matters)",
    )
    parser.add_argument(
        "--from",
        dest="table",
        default="faults",
        metavar="TABLE",
        help="what the query reads, as it stands after FROM (default: %(default)s)",
    )
    parser.add_argument(
        "--keep",
        type=parted,
        default=(),
        metavar="NAME,…",
        help="columns that the result of the query has before the outcome",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--expression",
        action="store_true",
        help="one expression in place of a query, of the deciding rules if these are asked for; "
        "refused if it gets too long",
    )
    formats.add_json(parser, "one JSON object: query, columns, size", "sql", beside=form)
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the query or the expression."""
    from swapin.program.sql import TooLong

    program = evaluator.load(args)
    sql = _rendered(args, program)
    try:
        written = sql.expression() if args.expression else sql.query(args.table, args.keep)
    except TooLong as error:
        raise FaultError([Problem("columns", Reason.MALFORMED, str(error))]) from error
    if args.json:
        told = {
            "query": written,
            "columns": list(sql.columns),
            "nodes": sql.nodes,
            "terms": sql.terms,
        }
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(written)
    return status(degraded=program.catalog.degraded)


def _rendered(args: argparse.Namespace, program: Program) -> Sql:
    from swapin.program.conflict import contradiction
    from swapin.program.resolve import Resolver
    from swapin.program.sql import Dialect, Sql

    catalog = program.catalog
    name = args.kernel or [k.name for k in catalog.kernels.values() if not k.variant][-1]
    kernel = catalog.kernels.get(name)
    fault = Fault(
        release=kernel.release if kernel else name,
        variant=kernel.variant if kernel else "",
        architecture=args.arch,
        stack=tuple(args.backend.split("/")) if args.backend else (),
        facts=sides.given(args, catalog),
    )
    resolved = Resolver(catalog).resolve(fault)
    compiled = program.compiled(resolved.kernel, resolved.overrides)
    if compiled.finding(resolved.known) is None:
        # Every row would be NULL; eval refuses each such fault too.
        raise contradiction(resolved, catalog)
    return Sql(
        compiled,
        OUTCOMES[args.outcome],
        Dialect(args.dialect),
        resolved.known,
        None if args.columns is None else _atoms(args.columns, catalog),
        deciding=args.explain == Depth.DECIDING.value,
    )


def _atoms(names: Sequence[str], catalog: Catalog) -> list[str]:
    """The atoms of the named facts; an atom may be named too.

    :raises FaultError: an unknown name.
    """
    atoms: list[str] = []
    for name in names:
        if name in catalog.facts:
            atoms += catalog.facts[name].atoms
        elif name in catalog.atoms:
            atoms.append(name)
        else:
            raise FaultError([unknown_name("columns", "fact", name, list(catalog.facts))])
    return atoms
