"""Formats of a report, read back by the formats' own schema and parsers."""

from __future__ import annotations

import gzip
import importlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from swapin.analysis.formats import Format, rendered
from swapin.analysis.report import Case, Report, State
from swapin.cli import main

NASTY = 'a | b # c <d> & "e" \x1b[31m\u2028 `f`'


def case(id: str, state: State, group: str = "6.1", **more: Any) -> Case:
    message = more.pop("message", "" if state is State.PASSED else f"{id} was found")
    return Case(group=group, id=id, meaning=f"{id} holds", state=state, message=message, **more)


CASES = (
    case("stable-writes", State.PASSED),
    case(
        "marker-is-kept",
        State.FAILED,
        details=("folio.writeback=true", "rule pte.swp-exclusive"),
        file="mm/memory.c",
        function="do_swap_page",
        data={"states": 12},
    ),
    case("stable-writes", State.KNOWN, group="v2-posted", message="the test is inverted"),
    case("odd", State.FAILED, group=NASTY, message=NASTY, details=(NASTY,), file="a b.c", line=3),
    case("unseen", State.OPEN, group=NASTY),
    case("escaped", State.FAILED, message="50%0A, \r\n::error x=y,z::", file="a,b:c%.c"),
)


def report(*cases: Case, errors: tuple[str, ...] = ()) -> Report:
    return Report(
        command="check",
        title="every invariant",
        cases=cases,
        data=({"kernels": []},),
        text="all of it",
        errors=errors,
    )


REPORTS = [
    pytest.param(report(*CASES), id="all states"),
    pytest.param(report(), id="nothing"),
    pytest.param(report(CASES[0]), id="nothing found"),
    pytest.param(report(*CASES, errors=("x.jsonl:1: no JSON",)), id="with errors"),
]


@pytest.fixture(scope="module")
def sarif_schema(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The schema of SARIF 2.1.0, out of the package of a validator."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("sarif")
    done = subprocess.run(
        ["npm", "pack", "--silent", "@microsoft/jest-sarif@1.0.0-beta.0"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    with tarfile.open(folder / done.stdout.split()[-1]) as package:
        schema = package.extractfile("package/lib/schemas/sarif-2.1.0-rtm.5.json")
        assert schema is not None
        return json.load(schema)


@pytest.mark.parametrize("made", REPORTS)
def test_sarif(made: Report, sarif_schema: Any) -> None:
    """The schema accepts it; findings are results, known ones suppressed."""
    import jsonschema

    log = json.loads(rendered(made, Format.SARIF))

    jsonschema.Draft7Validator(sarif_schema).validate(log)
    (run,) = log["runs"]
    told = [c for c in made.cases if c.state in (State.FAILED, State.KNOWN)]
    assert [c.id for c in told] == [result["ruleId"] for result in run["results"]]
    for found, result in zip(told, run["results"], strict=True):
        assert found.id == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]
        assert (found.state is State.KNOWN) == ("suppressions" in result)


def test_the_sarif_schema_refuses(sarif_schema: Any) -> None:
    """The schema is one that finds faults."""
    import jsonschema

    log = json.loads(rendered(report(*CASES), Format.SARIF))
    log["runs"][0]["results"][0]["level"] = "bad"

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(sarif_schema).validate(log)


@pytest.mark.parametrize("made", REPORTS)
def test_junit(made: Report) -> None:
    """Read by junitparser: a suite for each group, and totals that are those of the cases."""
    import junitparser

    read = junitparser.JUnitXml.fromstring(rendered(made, Format.JUNIT).encode())

    skipped = sum(c.state in (State.KNOWN, State.OPEN) for c in made.cases)
    assert (len(made.cases) + len(made.errors), len(made.findings), len(made.errors), skipped) == (
        read.tests,
        read.failures,
        read.errors,
        read.skipped,
    )
    failed = [c.name for suite in read for c in suite if c.result and not c.is_skipped]
    assert len(made.findings) + len(made.errors) == len(failed)
    read.update_statistics()
    assert (len(made.findings), skipped) == (read.failures, read.skipped)


@pytest.mark.parametrize("made", REPORTS)
def test_ktap_top_level(made: Report) -> None:
    """A TAP parser reads the results of the groups: plan and numbers fit."""
    from tap.parser import Parser

    lines = list(Parser().parse_text(rendered(made, Format.KTAP)))

    results = [line for line in lines if line.category == "test"]
    plan = next(line for line in lines if line.category == "plan")
    assert len(results) == plan.expected_tests
    assert list(range(1, len(results) + 1)) == [int(line.number) for line in results]
    assert not any(line.ok for line in results) or not made.errors or len(results) > 1
    assert len({c.group for c in made.findings}) + bool(made.errors) == sum(
        not line.ok for line in results
    )


def kunit_parsers() -> list[Path]:
    """The parser of KTAP in kernel trees on this machine."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "swapin"
    named = filter(None, os.environ.get("SWAPIN_KERNEL_TREES", "").split(os.pathsep))
    folders = [cache, *map(Path, named)]
    return sorted(found for folder in folders for found in folder.glob("*/tools/testing/kunit"))


@pytest.mark.parametrize("made", REPORTS[2:3] + REPORTS[:1])
def test_ktap_as_the_kernel_reads_it(made: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's own parser counts what the report counts."""
    parsers = kunit_parsers()
    if not parsers:
        pytest.skip("no kernel tree with tools/testing/kunit")
    monkeypatch.syspath_prepend(str(parsers[-1]))
    for name in ("kunit_parser", "kunit_printer"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    kunit_parser = importlib.import_module("kunit_parser")
    printer = importlib.import_module("kunit_printer").Printer(io.StringIO())

    lines = rendered(made, Format.KTAP).splitlines()
    counts = kunit_parser.parse_run_tests(iter(lines), printer).counts

    assert len(made.findings) == counts.failed
    assert sum(c.state is State.OPEN for c in made.cases) == counts.skipped
    assert len(made.cases) == counts.total()
    assert 0 == counts.errors


@pytest.mark.parametrize("made", REPORTS)
def test_markdown(made: Report) -> None:
    """A CommonMark parser finds the table with a row for each finding, and no HTML in it."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(rendered(made, Format.MARKDOWN))

    rows = sum(token.type == "tr_open" for token in tokens)
    told = sum(c.state in (State.FAILED, State.KNOWN) for c in made.cases)
    assert rows == (told + 1 if told else 0)
    inner = [child for token in tokens for child in token.children or ()]
    assert not [token for token in [*tokens, *inner] if token.type.startswith("html")]


def as_the_runner_reads(line: str) -> tuple[str, dict[str, str], str]:
    """Level, properties and message of a workflow command, by GitHub's description of it."""
    empty, command, message = line.split("::", 2)
    assert "" == empty
    level, _, told = command.partition(" ")

    def plain(text: str, codes: tuple[str, ...]) -> str:
        # The percent sign last, so that what it escaped is not read twice.
        for code in codes:
            text = text.replace(f"%{code}", chr(int(code, 16)))
        return text

    properties = dict(part.split("=", 1) for part in told.split(","))
    both = ("0D", "0A")
    return (
        level,
        {name: plain(value, (*both, "3A", "2C", "25")) for name, value in properties.items()},
        plain(message, (*both, "25")),
    )


@pytest.mark.parametrize("made", REPORTS)
def test_github(made: Report) -> None:
    """Each finding is one workflow command, and says what the case says."""
    # Not splitlines(): the runner knows no other line break.
    told = rendered(made, Format.GITHUB)
    lines = list(map(as_the_runner_reads, told.split("\n") if told else []))

    findings = [c for c in made.cases if c.state in (State.FAILED, State.KNOWN)]
    for found, (level, properties, message) in zip(findings, lines, strict=False):
        assert level == ("error" if found.state is State.FAILED else "notice")
        assert "\n".join((found.message, *found.details)) == message
        place = {"file": found.file, "line": str(found.line or "")}
        title = f"{found.group}: {found.id}: {found.meaning}"
        assert {k: v for k, v in place.items() if v} | {"title": title} == properties
    errors = [("error", {"title": "not read"}, error) for error in made.errors]
    assert errors == lines[len(findings) :]


def test_text_and_json() -> None:
    """Both are what the command made."""
    made = report(*CASES)

    assert made.text == rendered(made, Format.TEXT)
    assert [*made.data] == [json.loads(rendered(made, Format.JSON))]


@pytest.mark.parametrize("format", Format)
def test_audit_writes_every_format(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], format: Format
) -> None:
    """``swapin audit --format`` tells a disagreement in each format."""
    shipped = root / "tests" / "observations" / "x86_64-6.1.jsonl.gz"
    assert 0 == main(["audit", str(shipped), "--format", format.value])
    agreed = capsys.readouterr().out

    with gzip.open(shipped, "rt", encoding="utf-8") as lines:
        record = json.loads(next(lines))
    record["observed"]["rmap_exclusive"] = not record["observed"]["rmap_exclusive"]
    file = tmp_path / "turned.jsonl"
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    assert 1 == main(["audit", str(file), "--format", format.value])
    turned = capsys.readouterr().out

    mark = {
        Format.TEXT: "the kernel did",
        Format.JSON: '"disagreements": [{',
        Format.SARIF: '"level": "error", "message"',
        Format.JUNIT: "<failure",
        Format.KTAP: "  not ok 2 audit.mapped_exclusive",
        Format.MARKDOWN: "| failed |",
        Format.GITHUB: f"::error file={file},line=1,title=",
    }[format]
    assert mark in turned
    assert mark not in agreed


@pytest.mark.parametrize("format", Format)
@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["check", "--kernel", "6.1"], 0),
        (["check", "--kernel", "v2-posted"], 1),
        (["diff", "v2-posted", "5.19"], 1),
        (["diff", "v2-posted", "5.19", "--expect", "some"], 0),
        (["diff", "6.1", "6.1", "--arch", "x86_64", "--arch", "arm64", "--expect", "some"], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_check_and_diff_write_every_format(
    capsys: pytest.CaptureFixture[str], command: list[str], status: int, format: Format
) -> None:
    """The exit status does not depend on the format, and findings show in each."""
    assert status == main([*command, "--format", format.value])
    told = capsys.readouterr().out

    mark = {
        Format.SARIF: '"level": "error", "message"',
        Format.JUNIT: "<failure",
        Format.KTAP: "\nnot ok 1",
        Format.MARKDOWN: "| failed |",
        Format.GITHUB: "::error ",
    }.get(format)
    assert told or format is Format.GITHUB
    assert mark is None or (mark in told) == bool(status)
