"""``swapin lab matrix``: what kernels did, cell by cell, beside a kernel of the model."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from swapin.cli import evaluator, formats
from swapin.cli.exits import status
from swapin.model import Depth, Fault, FaultError, Verdict

if TYPE_CHECKING:
    from swapin.catalog import Catalog
    from swapin.lab.matrix import Matrix
    from swapin.observe.audit import Evaluate
    from swapin.program import Program


def add_parser(doings: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``matrix``."""
    parser = doings.add_parser(
        "matrix",
        help="the matrix of a run that was kept, judged anew",
        description="Judge the observations of a directory that `swapin lab run --out` wrote, and "
        "print kernel by device by scenario. Exit status 1 if a kernel and the model disagree "
        "anywhere.",
    )
    parser.add_argument("directory", type=Path, metavar="DIR", help="what a run wrote")
    parser.add_argument(
        "--kernel", action="append", default=[], metavar="KERNEL", help="only this one's part"
    )
    add_model(parser)
    parser.add_argument(
        "--stable-path",
        action="store_true",
        help="only how often racing faults took the path for stable writes, out of how many",
    )
    formats.add_json(parser, "the matrix as one JSON object", "lab-matrix")
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def add_model(parser: argparse.ArgumentParser) -> None:
    """The option to compare with another kernel than the one that ran."""
    parser.add_argument(
        "--model", metavar="KERNEL", help="compare with this kernel of the model (v2-posted)"
    )


def model_of(args: argparse.Namespace, catalog: Catalog) -> Mapping[str, str] | None:
    """The kernel of :func:`add_model`, as a description has it; ``None`` without the option."""
    from swapin.lab.expect import kernel_of

    if not args.model:
        return None
    kernel = kernel_of(catalog, args.model)
    return {"release": kernel.release, "variant": kernel.variant}


def asked(program: Program) -> Evaluate:
    """What judges observations by a program."""
    local = evaluator.Local(program)

    def evaluate(faults: Iterable[Fault]) -> Iterator[Verdict | FaultError]:
        return local.evaluate_many(faults, Depth.DECIDING)

    return evaluate


def run(args: argparse.Namespace) -> int:
    """Read, judge, print."""
    from swapin.lab.matrix import read_matrix, stable_path_table

    program = evaluator.load(args)
    model = model_of(args, program.catalog)
    matrix = read_matrix(args.directory, program.catalog, asked(program), model, args.kernel)
    if args.stable_path:
        print("\n".join(stable_path_table(matrix)))
    else:
        show(matrix, args.json)
    return status(
        bad_input=bool(matrix.bad),
        degraded=program.catalog.degraded,
        findings=bool(matrix.disagreements),
    )


def show(matrix: Matrix, as_json: bool) -> None:
    """Print a matrix and every disagreement."""
    from swapin.cli.audit import disagreement_text
    from swapin.lab.matrix import table

    if as_json:
        told = {
            "cells": matrix.to_dict(),
            "disagreements": [judgement.observation.place for judgement in matrix.disagreements],
            "errors": matrix.bad,
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    lines = table(matrix)
    for judgement in matrix.disagreements:
        lines += ["", *disagreement_text(judgement)]
    lines += [f"not an observation: {bad}" for bad in matrix.bad]
    seen = sum(cell.observations for cell in matrix.cells.values())
    lines += ["", f"{seen} observations, {len(matrix.disagreements)} disagreements"]
    print("\n".join(lines))
