"""Outcomes as SQL: real databases give what the interpreter gives, unknown facts included."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import polars
import pytest

from rows import (
    MARKER,
    PRESETS,
    Outcomes,
    Row,
    every_choice,
    explained,
    findings,
    frame,
    given,
    interpreted,
    resolved,
    sampled,
    told,
)
from swapin.catalog import Catalog
from swapin.cli import main
from swapin.model import Answer, Group, Kind, Outcome, Rule, all_of, fact
from swapin.model.satisfiability import satisfiable
from swapin.program import Program
from swapin.program import walk as walks
from swapin.program.interpreter import Interpreter
from swapin.program.sql import Dialect, Sql, TooLong
from toys import KERNEL, candidate, choice_rules, toy_catalog, toy_claim, toy_fact

DIALECTS = (Dialect.DUCKDB, Dialect.POLARS)


def answers(sql: str, dialect: Dialect, faults: polars.DataFrame) -> list[Any]:
    """The last column of what a database makes of the query."""
    return [row[-1] for row in result(sql, dialect, faults)]


def result(sql: str, dialect: Dialect, faults: polars.DataFrame) -> list[tuple[Any, ...]]:
    """The rows that a database makes of the query."""
    if dialect is Dialect.POLARS:
        return polars.SQLContext(faults=faults).execute(sql, eager=True).rows()
    with duckdb.connect() as connection:
        connection.register("faults", faults.to_arrow())
        return connection.execute(sql).fetchall()


def decided(interpreter: Interpreter, group: Group, outcomes: Outcomes, row: Row) -> str | None:
    """The rules that decided a row, by searching, without a diagram; ``None``: a contradiction."""
    if outcomes is None:
        return None
    known = given(row) | interpreter.capabilities
    states = all_of(constraint.given(known) for constraint in interpreter.constraints)
    if group is not Group.PATH:
        states &= interpreter.meanings[Outcome.PATH_MAPPED.yes.name].given(known)
        if not satisfiable(states):
            return ""

    def always(rule: Rule) -> bool:
        holds = rule.when.given(known).substitute(interpreter.meanings).given(known)
        return not satisfiable(states & ~holds)

    value = outcomes[group.field]
    members, kind = set(group.members), Kind.LIMIT
    if value != group.undetermined:
        kind = Kind.VETO if value == Answer.NO.value else Kind.CLAIM
        if group.is_choice:
            members = {member for member in members if group.value_of(member) == value}
    rules = [r for r in interpreter.rules if r.outcome in members and r.kind is kind]
    return ",".join(rule.id for rule in rules if always(rule))


@pytest.mark.parametrize(
    ("kernel", "architecture", "backend"),
    [*PRESETS[1::2], *(pytest.param(*preset, marks=pytest.mark.slow) for preset in PRESETS[::2])],
)
def test_a_database_equals_the_compiled_form(
    catalog: Catalog, program: Program, kernel: str, architecture: str, backend: str
) -> None:
    """Over rows by chance, each outcome and what decided it are those of a verdict."""
    presets = resolved(catalog, kernel, architecture, backend)
    compiled = program.compiled(presets.kernel)
    rows = list(sampled(compiled, presets.known, kernel, 3000))
    # A row may say otherwise what presets bind: the query does not read it.
    found = findings(compiled, rows, presets.known)
    faults = frame(rows, compiled.facts)
    for group, dialect in product(Group, DIALECTS):
        expected = [explained(group, finding) for finding in found]
        assert all(len(set(column)) > 1 for column in zip(*expected, strict=True)), group
        for place, deciding in enumerate((False, True)):
            sql = Sql(compiled, group, dialect, presets.known, deciding=deciding)
            shown = [row[: place + 1] for row in expected]
            assert shown == result(sql.query("faults"), dialect, faults), group
            if dialect.has_tables:
                query = f"SELECT {sql.expression()} FROM faults"
                assert [row[place] for row in expected] == answers(query, dialect, faults), group


@pytest.mark.parametrize("kernel", ["6.1", "v2-posted"])
def test_a_database_equals_the_interpreter(catalog: Catalog, program: Program, kernel: str) -> None:
    """The interpreter, which shares no diagram with SQL, gives the same for fewer rows."""
    compiled = program.compiled(catalog.kernels[kernel])
    rows = list(sampled(compiled, {}, kernel, 250))
    found = interpreted(catalog, kernel, rows)
    preset = catalog.kernels[kernel]
    interpreter = Interpreter(catalog, preset, catalog.capabilities(preset))
    for group in Group:
        expected = [
            (told(group, outcomes), decided(interpreter, group, outcomes, row))
            for row, outcomes in zip(rows, found, strict=True)
        ]
        for dialect in DIALECTS:
            query = Sql(compiled, group, dialect, deciding=True).query("faults")
            assert expected == result(query, dialect, frame(rows, compiled.facts)), group


@pytest.mark.parametrize("kernel", ["6.1", "7.3"])
@pytest.mark.parametrize("group", Group)
def test_every_admissible_state(
    catalog: Catalog, program: Program, kernel: str, group: Group
) -> None:
    """Every state that the rules of the outcome tell apart; facts they do not read are unknown."""
    compiled = program.compiled(catalog.kernels[kernel])
    condition = compiled.condition_of_mapped
    if group is Group.PATH:
        condition = compiled.condition_of_admissible
    states = compiled.states(condition, compiled.table_of(group).facts)
    rows: list[Row] = [dict(state) for state in states]
    expected = [explained(group, finding) for finding in findings(compiled, rows)]
    assert len(rows) > 4000
    assert len({deciding for _, deciding in expected}) > 1
    faults = frame(rows, compiled.facts)
    for dialect in DIALECTS:
        query = Sql(compiled, group, dialect, deciding=True).query("faults")
        assert expected == result(query, dialect, faults)


@pytest.mark.parametrize("kernel", ["5.19", "v2-posted"])
def test_an_expression_equals_the_interpreter(
    catalog: Catalog, program: Program, kernel: str
) -> None:
    """Over every choice of known and unknown marker facts, in both databases."""
    compiled = program.compiled(catalog.kernels[kernel])
    rows = every_choice(MARKER)
    faults = frame(rows, MARKER)
    found = interpreted(catalog, kernel, rows)
    for group in (Group.EXCLUSIVE, Group.MAPPED_EXCLUSIVE, Group.WRITE):
        expected = [told(group, outcomes) for outcomes in found]
        made = {
            dialect: Sql(compiled, group, dialect, columns=MARKER).expression()
            for dialect in (Dialect.DUCKDB, Dialect.POLARS)
        }
        query = f"SELECT {made[Dialect.DUCKDB]} FROM faults"
        assert expected == answers(query, Dialect.DUCKDB, faults), group
        chosen = faults.select(outcome=polars.sql_expr(made[Dialect.POLARS]))
        assert expected == chosen.to_series().to_list(), group


def test_length(catalog: Catalog, program: Program) -> None:
    """A query is as long as the diagram is large; CASE alone that repeats too much is refused."""
    compiled = program.compiled(catalog.kernels["6.1"])
    for group in Group:
        sql = Sql(compiled, group, Dialect.POLARS)
        assert len(sql.query("faults")) < 40 * sql.nodes + 160 * len(sql.columns)
        assert set(sql.columns) <= set(compiled.facts)
        with pytest.raises(TooLong, match="terms"):
            sql.expression()


def test_tables_have_their_limit(
    catalog: Catalog, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables that get too large are refused, before and while they are made."""
    compiled = program.compiled(catalog.kernels["6.1"])
    sql = Sql(compiled, Group.WRITE, Dialect.SPARK)
    entries = sql.query("faults").count(",")
    assert entries < walks.MOST_ENTRIES
    for limit in (1000, entries // 2):
        monkeypatch.setattr(walks, "MOST_ENTRIES", limit)
        with pytest.raises(TooLong, match="its tables have more than"):
            sql.query("faults")


def test_kept_columns(catalog: Catalog, program: Program) -> None:
    """Kept columns come first, as they are, even if named as a column of a step or a fact."""
    sql = Sql(program.compiled(catalog.kernels["6.1"]), Group.EXCLUSIVE, Dialect.DUCKDB)
    query = sql.query("faults", ["v0", "y0", "folio.ksm"])
    faults = frame([dict.fromkeys(sql.columns)], sql.columns).with_columns(v0=7, y0=8)
    with duckdb.connect() as connection:
        connection.register("faults", faults.to_arrow())
        result = connection.execute(query)
        assert ["v0", "y0", "folio.ksm", "exclusive"] == [c[0] for c in result.description or ()]
        assert [(7, 8, None, None)] == result.fetchall()


def test_spark_selects_its_expression(catalog: Catalog, program: Program) -> None:
    """A query for Spark is one SELECT; Spark itself runs it in test_spark.py."""
    sql = Sql(program.compiled(catalog.kernels["6.1"]), Group.WRITE, Dialect.SPARK)

    expected = f"SELECT `id`, {sql.expression()} AS `write` FROM faults"
    assert expected == sql.query("faults", ["id"])
    assert '"' not in expected


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    """What the command prints runs; with ``--json`` it says what it reads."""
    args = ["sql", "--dialect", "duckdb", "--outcome", "exclusive", "--kernel", "6.1"]
    args += ["--arch", "x86_64", "--backend", "zram", "--fact", "access.write=true"]

    assert 0 == main([*args, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert "swap_device.synchronous_io" not in told["columns"]
    assert 0 == main(args)
    query = capsys.readouterr().out
    assert told["query"] == query.rstrip("\n")
    assert [None] == answers(
        query, Dialect.DUCKDB, frame([dict.fromkeys(told["columns"])], told["columns"])
    )


def test_deciding_rules_of_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the same rows, ``sql --explain deciding`` gives what ``eval`` tells."""
    names = MARKER[:4]
    rows = every_choice(names)
    file = tmp_path / "faults.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for row in rows:
            fault: dict[str, dict[str, Any]] = {"kernel": {"release": "6.1"}}
            for name, value in given(row).items():
                owner, _, field = name.partition(".")
                fault.setdefault(owner, {})[field] = value
            print(json.dumps(fault), file=lines)
    # Some of the rows are impossible.
    assert 2 == main(["eval", "--json", str(file)])
    verdicts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    sql = ["sql", "--dialect", "duckdb", "--kernel", "6.1", "--explain", "deciding"]
    for number, group in enumerate(Group):
        told = [
            ",".join(verdict["explanation"]["outcomes"][number].get("deciding", ()))
            if "outcomes" in verdict
            else None
            for verdict in verdicts
        ]
        assert 0 == main([*sql, "--outcome", group.field, "--columns", ",".join(names)])
        query = capsys.readouterr().out
        assert told == answers(query, Dialect.DUCKDB, frame(rows, names)), group


def test_names_of_rules_are_quoted() -> None:
    """Whatever a plugin calls its rule is a text, and runs as none of the query."""
    name = "toy.'; it's \\"
    rules = [toy_claim(name, fact("toy.a")), *choice_rules()]
    toy = candidate("toy", facts=[toy_fact("toy.a")], rules=rules, kernels=[KERNEL])
    program = Program(toy_catalog(toy))
    compiled = program.compiled(program.catalog.kernels["6.1"])
    faults = frame([{"toy.a": True}], ["toy.a"])
    for dialect in DIALECTS:
        query = Sql(compiled, Group.EXCLUSIVE, dialect, deciding=True).query("faults")
        assert [(True, name)] == result(query, dialect, faults)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--kernel", "6.99"], "6.99"),
        (["--columns", "folio.ksmm"], "did you mean `folio.ksm`"),
        (["--backend", "floppy"], "floppy"),
        (["--fact", "folio.fresh=true", "--fact", "folio.writeback=true"], "cannot be"),
        (["--dialect", "polars", "--expression"], "name fewer columns"),
    ],
)
def test_refused(args: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The error says what is wrong and what would do."""
    assert 2 == main(["sql", "--dialect", "duckdb", "--outcome", "exclusive", *args])

    assert message in capsys.readouterr().err
