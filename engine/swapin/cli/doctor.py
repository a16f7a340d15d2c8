"""``swapin plugins doctor``: what is wrong, or worth knowing, with the installed plugins."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from swapin.cli import evaluator, formats
from swapin.cli.exits import status

if TYPE_CHECKING:
    from swapin.analysis.survey import Survey
    from swapin.catalog import Catalog, Origin


def add_action(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the action to those of ``swapin plugins``."""
    parser = actions.add_parser(
        "doctor",
        help="failures, shadowed rules, and rules of different plugins that meet",
        description="Load the plugins, compile every kernel, and look at every rule over every "
        "admissible state. Exit status 1: a rule changes nothing anywhere; 3: a plugin failed.",
    )
    formats.add_json(parser, "one JSON object", "doctor")
    evaluator.add_strict(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Examine the plugins, and tell by the exit status whether anything is wrong."""
    from swapin.analysis.survey import survey
    from swapin.catalog import discover
    from swapin.program import load_program

    selected = evaluator.selected(args)
    found = discover()
    chosen = selected.chosen(found)
    catalog = load_program(selected.strict, chosen).catalog
    survey_of_rules = survey(catalog)
    left = [candidate.origin for candidate in found if candidate not in chosen]
    if args.json:
        print(json.dumps(_object(catalog, left, survey_of_rules), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(catalog, left, survey_of_rules)))
    return status(degraded=catalog.degraded, findings=bool(survey_of_rules.shadowed))


def _object(catalog: Catalog, left: Iterable[Origin], found: Survey) -> dict[str, Any]:
    return {
        "catalog": catalog.fingerprint,
        "degraded": catalog.degraded,
        "plugins": [
            {
                "plugin": offer.origin.plugin,
                "distribution": str(offer.origin),
                "contract": offer.contract,
                "load_milliseconds": round(offer.seconds * 1000, 1),
            }
            for offer in catalog.offers
        ],
        "failures": [
            {
                "plugin": failure.origin.plugin,
                "distribution": str(failure.origin),
                "declaration": failure.error.declaration,
                "message": failure.error.message,
            }
            for failure in catalog.failed
        ],
        "not_selected": [{"plugin": origin.plugin, "distribution": str(origin)} for origin in left],
        **found.to_dict(),
    }


def _lines(catalog: Catalog, left: Iterable[Origin], found: Survey) -> Iterator[str]:
    state = "degraded" if catalog.degraded else "whole"
    yield f"catalog {catalog.fingerprint}, {state}"
    for offer in catalog.offers:
        took = f"{offer.seconds * 1000:.1f} ms, hooks of version {offer.contract}"
        yield f"  loaded        {offer.origin.plugin} of {offer.origin}: {took}"
    for origin in left:
        yield f"  not selected  {origin.plugin} of {origin}"
    for failure in catalog.failed:
        yield f"  failed        {failure.error}"
    for shadowed in found.shadowed:
        yield f"  shadowed      {shadowed}"
    for overlap in found.overlaps:
        yield f"  {'conflict' if overlap.conflict else 'overlap':12}  {overlap}"
