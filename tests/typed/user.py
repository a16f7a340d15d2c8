"""A user's script, held to strict mypy and pyright: what the public names are to a type checker."""
# pyright: strict

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping

import swapin


def verdicts(program: swapin.Program, faults: list[swapin.Fault]) -> Iterator[str]:
    for fault in faults:
        try:
            verdict = program.evaluate(fault, swapin.Depth.RULES)
        except swapin.FaultError as error:
            yield "; ".join(f"{p.field} {p.reason.value} {p.message}" for p in error.problems)
            continue
        outcomes: Mapping[str, str] = verdict.outcomes
        named: str = verdict.provenance.catalog
        yield f"{outcomes['write']} {named} {verdict.settled_by[:1]} {verdict.to_json()}"
        for rule in verdict.explanation.rules:
            yield rule.id


def questions(catalog: swapin.Catalog) -> tuple[bool, int, bool]:
    side = swapin.side_of(catalog, "6.1", architecture="arm", stack=["zram"])
    other = swapin.side_of(catalog, "6.12")
    broken = [v.invariant.id for report in swapin.check([side]) for v in report.violations]
    changed = swapin.diff(side, other)
    found = swapin.reach(catalog, swapin.read_query("write=COPIED", catalog), ["6.1"])
    return found.reachable, len(changed.differences), bool(broken)


def served(address: str) -> list[str]:
    with swapin.Client(address, timeout=3) as client:
        verdict: swapin.Verdict = client.evaluate({"kernel": {"release": "6.1"}})
        many = client.evaluate_many([{"kernel": {"release": "6.1"}}], swapin.Depth.NONE)
        told = [one.to_json() for one in many if not isinstance(one, swapin.FaultError)]
        return [verdict.to_json(), *told, *(e.name for e in client.catalog_entries("kernels"))]


def raw(catalog: swapin.Catalog) -> int:
    pte = swapin.PteCodec(catalog).decode("0x7fffffffffbfe0a", "x86_64", "6.1")
    return pte.offset if pte.exclusive else pte.type


@swapin.hookimpl
def swapin_edition() -> str:
    return "site-1"


def main() -> None:
    try:
        catalog = swapin.load_catalog(strict=True)
    except swapin.CatalogError as error:
        raise SystemExit(f"{error.plugin} of {error.distribution}") from error
    program = swapin.Program(catalog)
    again: swapin.Program = pickle.loads(pickle.dumps(program))
    faults = [swapin.Fault(release="6.1", facts={"folio.ksm": True})]
    print(list(verdicts(again, faults)), questions(catalog), raw(catalog), swapin.__version__)
    print(swapin.evaluate({"kernel": {"release": "6.1"}}).outcomes)
    print(swapin.default_program().catalog.fingerprint)


if __name__ == "__main__":
    main()
