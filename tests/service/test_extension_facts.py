"""The facts of a stranger's plugin, in every form and room: nothing of the engine knows them."""

from __future__ import annotations

import importlib
import json
import random
from pathlib import Path

import pyarrow
import pytest

import strangers
from swapin.analysis import diff, reach, read_query, side_of
from swapin.analysis.columns import Columns
from swapin.catalog import Catalog, Offer, Origin, discover, load_catalog
from swapin.catalog.loading import Candidate
from swapin.cli import main
from swapin.columns import Bits
from swapin.columns.bits import from_booleans
from swapin.columns.tables import FaultTable
from swapin.model import Depth, Fault, FaultError, Group, Reason
from swapin.program import Program, read_fault
from swapin.program.sql import Dialect, Sql
from swapin.service.client import Client

SCRUB = {"release": "6.12", "variant": "6.12-scrub"}
BASE = {
    "kernel": SCRUB,
    "pte": {"swp_exclusive": True},
    "folio": {"fresh": False, "ksm": False, "writeback": False},
}
DESCRIPTIONS = [
    {**BASE, "extension_facts": {"quarantine.state": "held", "quarantine.forced": False}},
    {**BASE, "extensionFacts": {"quarantine.state": "suspect", "quarantine.readers": 3}},
    {**BASE, "quarantine": {"state": "suspect", "readers": 1, "forced": None}},
    {**BASE, "quarantine": {"state": "held"}, "extension_facts": {"quarantine.forced": True}},
    {**BASE, "kernel": {"release": "6.12", "quarantine": True}, "quarantine": {"state": "held"}},
    {**BASE, "kernel": {"release": "6.12"}, "quarantine": {"state": "held"}},
    {**BASE, "quarantine.state": "held", "quarantine.forced": False},
    BASE,
]


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = root / "tests" / "thirdparty" / "swapin-quarantine"
    return strangers.install(tmp_path_factory.mktemp("site"), source)


@pytest.fixture(scope="module")
def strange(site: Path) -> Program:
    """The program with the stranger's plugin, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        plugin = importlib.import_module("swapin_quarantine")
    added = Candidate(Origin("quarantine", "swapin-quarantine", "0.2.0"), lambda: plugin)
    return Program(load_catalog(strict=True, candidates=[*discover(), added]))


@pytest.fixture
def client(start_server, strange):
    with Client(start_server(strange).address) as connected:
        yield connected


def test_same_bytes_everywhere(client: Client, strange: Program, site: Path) -> None:
    """Command, library and server answer alike, however the facts are written."""
    for depth in (Depth.DECIDING, Depth.PROSE):
        near = [strange.evaluate(description, depth).to_json() for description in DESCRIPTIONS]
        lines = "\n".join(map(json.dumps, DESCRIPTIONS))
        done = strangers.run(
            *(site, "swapin", "eval", "-", "--json", "--explain", depth.value), stdin=lines
        )
        assert near == done.stdout.splitlines(), done.stderr
        assert near == [client.evaluate(d, depth).to_json() for d in DESCRIPTIONS]
        typed = [read_fault(description, strange.catalog) for description in DESCRIPTIONS]
        assert near == [client.evaluate(fault, depth).to_json() for fault in typed]


def test_what_they_decide(strange: Program) -> None:
    """The new facts decide, are asked for, and are told as what would flip the verdict."""
    answers = [strange.evaluate(d).outcomes["exclusive"] for d in DESCRIPTIONS]
    yes, no, open_ = "ANSWER_YES", "ANSWER_NO", "ANSWER_UNDETERMINED"

    assert [no, no, yes, yes, open_, yes, no, open_] == answers
    verdict = strange.evaluate(DESCRIPTIONS[0], Depth.FLIP)
    told = verdict.to_json()
    assert "quarantine.forced" in told
    assert ("quarantine.held",) == tuple(verdict.explanation.outcomes[0].deciding)
    asked = strange.evaluate(BASE).explanation.outcomes[0].settled_by
    assert ("quarantine.forced", "quarantine.readers", "quarantine.state") == tuple(asked)
    assert "quarantine" in strange.evaluate(DESCRIPTIONS[0], Depth.PROSE).to_json()


@pytest.mark.parametrize(
    ("facts", "field", "reason"),
    [
        ({"state": "hold"}, "quarantine.state", Reason.WRONG_TYPE),
        ({"readers": 0}, "quarantine.readers", Reason.WRONG_TYPE),
        ({"forcd": True}, "quarantine.forcd", Reason.UNKNOWN_FIELD),
    ],
)
def test_refused(client: Client, strange: Program, facts: dict, field: str, reason: Reason) -> None:
    """A value outside of the domain, and a name that is none, are refused near and far."""
    for ask in (strange.evaluate, client.evaluate):
        with pytest.raises(FaultError) as refused:
            ask({**BASE, "quarantine": facts})
        (problem,) = refused.value.problems
        assert reason is problem.reason
        assert problem.field.endswith(field.partition(".")[0]) or problem.field.endswith(field)


def test_given_twice(client: Client, strange: Program) -> None:
    description = {
        **BASE,
        "quarantine": {"state": "held"},
        "extension_facts": {"quarantine.state": "clean"},
    }
    for ask in (strange.evaluate, client.evaluate):
        with pytest.raises(FaultError) as refused:
            ask(description)
        assert Reason.DISAGREES is refused.value.problems[0].reason


def test_analysis(client: Client, strange: Program) -> None:
    """Expressions, reach and diff read them; columns list what diagrams count."""
    catalog = strange.catalog
    report = diff(side_of(catalog, "6.12"), side_of(catalog, "6.12-scrub"), [Group.EXCLUSIVE])
    (difference,) = report.differences
    assert "quarantine.state=held" in json.dumps(difference.to_dict())
    assert report.to_dict() == client.analysis.diff(
        {"kernel": "6.12"}, {"kernel": "6.12-scrub"}, ["exclusive"]
    )
    found = reach(catalog, read_query("quarantine.state=held & exclusive", catalog), ["6.12-scrub"])
    assert found.reachable
    assert "quarantine.forced=true" in found.answers[0].witness
    rules = [catalog.rules["quarantine.held"].when.given({"kernel.quarantine": True})]
    atoms = sorted(rules[0].names())
    # Of the atoms, fresh is no, held is yes, forced is no.
    assert ([1], 3) == (Columns(rules, atoms).counts(), len(atoms))


def test_a_rule_of_a_variant_alone_is_found(site: Path) -> None:
    """Asked about no kernel, a rule that no release has is looked for on variants."""
    done = strangers.run(site, "swapin", "reach", "quarantine.held")

    assert done.stdout.startswith("reachable\n")
    assert "reached on 6.12-scrub" in done.stdout


def test_no_recipe_for_a_strange_fact(site: Path) -> None:
    """A recipe does not claim to bring about what it knows nothing of."""
    done = strangers.run(site, "swapin", "recipe", "quarantine.held", "--kernel", "6.12-scrub")
    assert (2, "") == (done.returncode, done.stdout)
    usual = strangers.run(site, "swapin", "recipe", "pte.swp-exclusive", "--kernel", "6.12-scrub")
    assert "mapped exclusive: yes" in usual.stdout


def test_no_recipe_for_another_entry(catalog: Catalog, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor does it claim to bring about an entry that names no slot."""
    assert 2 == main(["recipe", "pte.entry=migration", "--kernel", "6.12"])
    assert "no recipe" in capsys.readouterr().err


def test_a_question_of_a_fact_that_no_rule_reads(site: Path) -> None:
    """On a kernel where nothing reads the fact, it can still be asked about."""
    done = strangers.run(site, "swapin", "reach", "quarantine.forced", "--kernel", "6.1")

    assert "an ordinary fault but for quarantine.forced=true" in done.stdout, done.stderr


def test_load_order_changes_nothing(strange: Program, site: Path) -> None:
    """Loaded in any order, swapin's and strangers' plugins give one fingerprint and one verdict."""
    plugins = [*discover(), *(offer_again(offer) for offer in strange.catalog.offers[1:])]
    expected = [strange.evaluate(d, Depth.RULES).to_json() for d in DESCRIPTIONS]
    for seed in range(2):
        random.Random(seed).shuffle(plugins)
        program = Program(load_catalog(strict=True, candidates=plugins))
        assert strange.catalog.fingerprint == program.catalog.fingerprint
        assert expected == [program.evaluate(d, Depth.RULES).to_json() for d in DESCRIPTIONS]


def offer_again(offer: Offer) -> Candidate:
    return Candidate(offer.origin, lambda: importlib.import_module("swapin_quarantine"))


@pytest.mark.parametrize("form", ["quarantine", "extension_facts"])
def test_tables(strange, form):
    """As columns of tables, in either form."""
    described = [d for d in DESCRIPTIONS if form in d]
    rows = [{name: d[name] for name in (*BASE, form)} for d in described]
    batch = pyarrow.RecordBatch.from_struct_array(pyarrow.array(rows))
    table = FaultTable(strange, batch.schema, Fault(release=""))
    value = {"ANSWER_YES": True, "ANSWER_NO": False, "ANSWER_UNDETERMINED": None}

    wanted = [value[strange.evaluate(row).outcomes["exclusive"]] for row in rows]
    assert wanted == table.evaluate(batch)["exclusive"].to_pylist()
    assert len(set(wanted)) > 1


def test_columns_over_the_wire(client):
    """As columns of bits."""
    columns = {
        "quarantine.state.held": Bits(from_booleans([True, False])),
        "quarantine.forced": Bits(from_booleans([False, False])),
    }
    answered = client.evaluate_columns(BASE, columns, 2, ["exclusive"])
    assert 0b01 == int(answered.values["exclusive"]["ANSWER_NO"][0])


def test_sql(strange):
    """As columns of a query."""
    compiled = strange.compiled(strange.catalog.kernels["6.12-scrub"])
    sql = Sql(compiled, Group.EXCLUSIVE, Dialect.DUCKDB)
    assert {"quarantine.state.held", "quarantine.forced"} <= set(sql.columns)
