"""Small plugins made of declarations, for tests of the engine apart from real rules."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from swapin.catalog import Catalog, Origin, load_catalog
from swapin.catalog.hookspecs import hookimpl
from swapin.catalog.loading import Candidate
from swapin.model import Evidence, Expression, Fact, Kernel, Outcome, Rule, Source, claim, veto

SOURCE = Source("mm/toy.c", "toy")
KERNEL = Kernel(release="6.1", era="T", summary="toy", evidence=Evidence.CHANGELOG, source=SOURCE)


def toy_fact(name: str) -> Fact:
    return Fact(name=name, meaning=f"{name} is yes", source=SOURCE)


def toy_claim(id: str, when: Expression, outcome: Outcome = Outcome.EXCLUSIVE) -> Rule:
    return claim(outcome, id=id, when=when, because=f"{id} says so", source=SOURCE)


def toy_veto(id: str, when: Expression, outcome: Outcome = Outcome.EXCLUSIVE) -> Rule:
    return veto(outcome, id=id, when=when, because=f"{id} says so", source=SOURCE)


def choice_rules() -> list[Rule]:
    """Every fault maps a page, and writes in place: the least that makes the choices complete."""
    from swapin.model import TRUE

    return [
        toy_claim("toy.path", TRUE, Outcome.PATH_MAPPED),
        toy_claim("toy.write", TRUE, Outcome.WRITE_IN_PLACE),
    ]


def candidate(name: str, distribution: str = "toys", **declared: Iterable[Any]) -> Candidate:
    """A plugin that declares what is given: ``facts=…``, ``rules=…``, ``kernels=…``."""

    def hook(result: Iterable[Any]) -> Any:
        @hookimpl
        def implementation() -> Iterable[Any]:
            return result

        return implementation

    plugin = SimpleNamespace(**{f"swapin_{kind}": hook(given) for kind, given in declared.items()})
    return Candidate(Origin(name, distribution, "1.0"), lambda: plugin)


def toy_catalog(*candidates: Candidate, strict: bool = True) -> Catalog:
    return load_catalog(strict=strict, candidates=candidates)
