"""Options that say which kernels, architectures and devices a question is about."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from swapin.catalog import Catalog
from swapin.cli import connect
from swapin.cli.lines import value_of
from swapin.model import FaultError, Problem, Reason

if TYPE_CHECKING:
    from swapin.service.analysis_client import AnalysisClient

QUERY = "such as writeback.stable-writes, write=COPIED, 'folio.writeback & ~folio.fresh'"
"""Help of what a question is about."""


def add_given(parser: argparse.ArgumentParser) -> None:
    """Facts that every fault has that is asked about."""
    parser.add_argument(
        "--fact",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a fact that every fault has: kernel.swapcache_bypass=false",
    )


def add_server(parser: argparse.ArgumentParser) -> None:
    """The option to ask a server."""
    connect.add_arguments(parser, "ask the server at this address; answers in JSON")


@contextmanager
def server(args: argparse.Namespace) -> Iterator[AnalysisClient]:
    """What asks the server of the options.

    :raises FaultError: another format than JSON is asked for.
    """
    if getattr(args, "format", "text") not in ("text", "json"):
        told = f"a server answers in JSON, not {args.format}; leave out --format or --server"
        raise FaultError([Problem("--format", Reason.MALFORMED, told)])
    with connect.client(args) as client:
        yield client.analysis


def show_json(reports: Iterable[dict[str, Any]]) -> None:
    """Print reports as the library writes them, one a line."""
    from swapin.analysis.report import as_json

    for report in reports:
        print(as_json(report))


def given(args: argparse.Namespace, catalog: Catalog) -> dict[str, bool]:
    """The atoms of the facts that were given.

    :raises FaultError: an unknown fact, or a value outside of its domain.
    """
    from swapin.program.description import Draft

    draft = Draft(catalog)
    for written in args.fact:
        name, equals, value = written.partition("=")
        if not equals:
            problem = Problem(name, Reason.MALFORMED, f"`{written}` is not NAME=VALUE")
            raise FaultError([problem])
        draft.fact(name.strip(), value_of(value.strip()))
    if draft.problems:
        raise FaultError(draft.problems)
    return draft.facts


def ranges(names: tuple[str, ...], catalog: Catalog) -> str:
    """Kernels as a person says them: ``6.3 to 7.3``, ``5.10, 6.1``."""
    order = list(catalog.kernels)
    releases = [name for name in order if not catalog.kernels[name].variant]
    told: list[str] = []
    run: list[str] = []
    for name in [*releases, ""]:
        if name in names:
            run.append(name)
            continue
        if run:
            told.append(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}")
        run = []
    return ", ".join([*told, *(name for name in names if name not in releases)])
