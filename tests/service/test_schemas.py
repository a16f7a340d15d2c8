"""JSON Schemas: valid, fresh, and true of what goes in and of what comes out."""

from __future__ import annotations

import gzip
import json
import random
import re
from typing import Any

import pytest

from schemas import VALIDATOR, validator
from swapin import hookimpl
from swapin.catalog import Catalog, discover, load_catalog
from swapin.catalog.loading import Candidate, Origin
from swapin.cli import main
from swapin.model import Depth, Fact, FaultError, Reason, Source
from swapin.program import read_fault
from swapin.program.resolve import Resolver
from swapin.service.schemas import NAMES, schema

FAULTS: tuple[dict[str, Any], ...] = (
    {
        "kernel": {"release": "6.1"},
        "architecture": "x86_64",
        "pte": {"raw": "0x7fffffffffbfe0a"},
        "access": {"write": True},
        "swap_count": 1,
        "swap_device": {"backend": "null_blk", "stable_writes": True},
        "folio": {"fresh": False, "ksm": False, "writeback": True},
        "vma": {"writable": True},
    },
    {"kernel": {"release": "6.12"}, "swapDevice": {"stack": ["dm-crypt", "nvme"]}},
    {
        "kernel": {"release": "5.19", "variant": "v2-posted", "swapcache_bypass": None},
        "extension_facts": {"folio.ksm": True, "swap_count": 1, "pte.entry": "swap"},
        "architecture": "",
        "vma": None,
        "pte": {"swpExclusive": True},
    },
    {"kernel": {"release": "v2-posted"}, "folio": {"ksm": True, "writebackEnded": False}},
    {"kernel": {"release": "6.1"}, "folio.ksm": True, "swapDevice.stableWrites": None},
)
IMPOSSIBLE = {"kernel": {"release": "6.1"}, "pte": {"raw": "0x1"}, "architecture": "x86_64"}
# What a schema can say; that facts contradict each other it cannot.
SAID = {
    *(Reason.MALFORMED, Reason.MISSING, Reason.UNKNOWN_FIELD, Reason.UNKNOWN_NAME),
    Reason.WRONG_TYPE,
}


@pytest.fixture(scope="module")
def validators(catalog: Catalog) -> dict[str, Any]:
    """The schemas of what this module looks at."""
    return {name: validator(name, catalog) for name in ("fault", "verdict", "error", "result")}


@pytest.mark.parametrize("name", NAMES)
def test_valid_and_fresh(root: Any, catalog: Catalog, name: str) -> None:
    """Each is a schema of draft 2020-12 with its version; its file is as `make docs` makes it."""
    made = schema(name, catalog)
    VALIDATOR.check_schema(made)

    assert f"urn:swapin:v1:{name}" == made["$id"]
    file = root / "engine" / "swapin" / "schemas" / f"{name}.json"
    assert file.read_text(encoding="utf-8") == (
        json.dumps(made, ensure_ascii=False, indent=1) + "\n"
    )


def test_nothing_else_is_shipped(root: Any) -> None:
    shipped = {path.stem for path in (root / "engine" / "swapin" / "schemas").iterdir()}

    assert set(NAMES) == shipped


def test_the_page_names_each(root: Any) -> None:
    """Each schema has its place in the table, and no other has."""
    page = (root / "docs" / "formats.md").read_text(encoding="utf-8")
    table = page.partition("\n| schema |")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines()[2:]]

    assert sorted(NAMES) == sorted(re.findall("`([^`]+)`", "".join(rows)))


def test_command(capsys: pytest.CaptureFixture[str], catalog: Catalog) -> None:
    """The command prints a schema, lists them, and names those there are."""
    assert 0 == main(["schema", "fault"])
    assert schema("fault", catalog) == json.loads(capsys.readouterr().out)
    assert 0 == main(["schema"])
    assert list(NAMES) == [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert 2 == main(["schema", "falut"])
    assert "no schema `falut`; there are fault" in capsys.readouterr().err


def test_faults(program: Any, validators: Any) -> None:
    """What the library can read the schema takes; the facts' names are all in it."""
    for description in FAULTS:
        program.evaluate(description, Depth.NONE)
        validators["fault"].validate(description)
    facts = validators["fault"].schema["properties"]["extension_facts"]["anyOf"][0]["properties"]
    for name, fact in program.catalog.facts.items():
        assert fact.meaning == facts[name]["description"]


WRONG = [None, True, 1, 0, -1, 2.0, 2.5, "", "swap", "x86_64", "0x1f", "0xg", [], ["zram"], {}]


def test_schema_and_reader_agree(catalog: Catalog, validators: Any) -> None:
    """A field with any kind of value is refused by the schema just where the reader refuses it."""
    dice = random.Random(2020)
    names = [*catalog.facts, "kernel", "kernel.release", "kernel.variant", "pte.raw"]
    names += ["architecture", "swap_device.backend", "swap_device.stack", "folio", "folio.none"]
    names += ["none", "extension_facts", "swapDevice", "folio.rangeMatches", "swapCount"]
    resolver, refused = Resolver(catalog), 0
    for _ in range(1500):
        description = json.loads(json.dumps(dice.choice(FAULTS)))
        # At times by its full name, beside the objects, which facts alone have.
        path = dice.choice(names)
        holder, _, name = path.rpartition(".") if dice.random() < 0.8 else ("", "", path)
        place = (description.setdefault(holder, {}) or {}) if holder else description
        place[name] = dice.choice(WRONG)
        reasons = set()
        try:
            resolver.resolve(read_fault(description, catalog))
        except FaultError as error:
            if ("architecture", Reason.MISSING) in {(p.field, p.reason) for p in error.problems}:
                # Only beside a raw PTE: more than the schema says.
                continue
            reasons = {problem.reason for problem in error.problems}
        refused += bool(reasons & SAID)
        # What is a name, but not one of this release, is more than a schema can say.
        if not reasons & {Reason.DISAGREES, Reason.IMPOSSIBLE_STACK, Reason.NOT_A_SWAP_PTE}:
            said = not validators["fault"].is_valid(description)
            assert bool(reasons & SAID) == said, (description, reasons)
    assert refused > 300


@pytest.mark.parametrize("depth", Depth)
def test_verdicts_and_errors(program: Any, validators: Any, depth: Depth) -> None:
    """Each verdict and each error object is what its schema says, and one kind of result."""
    from swapin.cli.text import error_object

    kinds = set()
    for description in (*FAULTS[:1], *FAULTS[3:], IMPOSSIBLE):
        try:
            kind, found = "verdict", program.evaluate(description, depth).to_dict()
        except FaultError as error:
            kind, found = "error", error_object(3, error)
        kinds.add(kind)
        validators[kind].validate(found)
        validators["result"].validate(found)
    assert {"verdict", "error"} == kinds


def test_observations(root: Any, catalog: Catalog) -> None:
    """What is kept of real kernels is what the schema says; it has further fields."""
    validator = VALIDATOR(schema("observation", catalog))
    files = [*(root / "tests" / "observations").glob("*.gz")]
    files += (root / "tests" / "lab" / "kept" / "x86_64").glob("*-6.1.jsonl.gz")
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for _, line in zip(range(40), lines, strict=False):
                validator.validate(json.loads(line))
    assert len(files) > 5
    assert not validator.is_valid({"kernel": {"release": "6.1"}, "observed": {"copied": 3}})


def test_schemas_refuse(program: Any, validators: Any) -> None:
    """The schemas of what comes out are ones that find faults."""
    verdict = program.evaluate(FAULTS[0]).to_dict()
    verdict["outcomes"]["exclusive"] = "ANSWER_MAYBE"
    assert not validators["verdict"].is_valid(verdict)
    del verdict["outcomes"]
    assert not validators["result"].is_valid(verdict)


class Stranger:
    """A plugin with a fact of its own."""

    @staticmethod
    @hookimpl
    def swapin_facts() -> list[Fact]:
        """A fact in an object of its own."""
        wheel = Fact(
            name="mill.wheel",
            meaning="which wheel turns",
            source=Source("mm/memory.c", "do_swap_page"),
            values=("left", "right"),
            usual="left",
        )
        return [wheel]


def test_facts_of_plugins() -> None:
    """A stranger's fact is in the schema, in its object and under its full name."""
    candidates = [*discover(), Candidate(Origin("mill", "swapin-mill", "1"), lambda: Stranger)]
    validator = VALIDATOR(schema("fault", load_catalog(strict=True, candidates=candidates)))
    kernel = {"kernel": {"release": "6.1"}}

    for good in ({"mill": {"wheel": "left"}}, {"extension_facts": {"mill.wheel": "right"}}):
        validator.validate(kernel | good)
    assert not validator.is_valid(kernel | {"mill": {"wheel": "middle"}})
