"""What commands print as JSON: each has a schema, which real output keeps to and which refuses."""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import re
import shutil
from collections.abc import Iterator
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from account import account_tree
from schemas import VALIDATOR, validator
from swapin.catalog import KINDS, Catalog
from swapin.cli import main, parser
from swapin.lab.boot import Ended
from swapin.lab.kernels import Image, Offer
from swapin.lab.litmus import Tried
from swapin.lab.recipes import Played
from swapin.life.catalogue import catalogue
from swapin.life.run import run_litmus
from swapin.program import Program
from swapin.service.schemas import NAMES, schema

X86 = "--arch x86_64 --kernel 6.1"
UNDER_WRITEBACK = "folio.writeback&swap_device.stable_writes&~folio.fresh"

RUNS = (
    ("result", "eval {faults}", 2),
    ("result", "eval --kernel 6.1 --fact folio.ksm=true --explain flip", 0),
    ("table", "eval {table}", 2),
    ("check", "check --kernel 6.1 --kernel v2-posted", 1),
    ("diff", "diff 5.18 5.19", 1),
    ("diff", "diff 6.1 6.1", 0),
    ("reach", "reach writeback.stable-writes --kernel 6.1", 0),
    ("explore", "explore --kernel v2-posted --steps 4 --fact swap_device.stable_writes=true", 1),
    ("explore", "explore --kernel 6.1 --steps 3", 0),
    ("prove", f"prove disjoint {UNDER_WRITEBACK} exclusive --kernel v2-posted", 1),
    ("prove", f"prove disjoint {UNDER_WRITEBACK} exclusive --kernel 6.1 --backend zram", 0),
    ("audit", "audit {observations}", 2),
    ("litmus", "litmus run S-O-S@stable --kernel 6.1 --kernel v2-posted", 1),
    ("pte", f"pte decode 0x7fffffffffbfe0a 0 {X86}", 2),
    ("pte", "pte decode 0x8800000000000000 --arch mips32-xpa --kernel 6.1", 0),
    ("pte", f"pte encode --entry pte_marker --offset 1 {X86}", 0),
    ("source-check", "source-check --tree {tree}", 1),
    ("sql", "sql --dialect duckdb --outcome exclusive --columns folio.ksm", 0),
    ("replay", "replay {log}", 1),
    ("doctor", "plugins doctor", 0),
    ("lab-kernel", "lab kernels", 0),
    ("lab-kernel", "lab kernels --fetch 6.1", 0),
    ("lab-scenario", "lab scenarios private race", 0),
    ("lab-matrix", "lab matrix {kept} --kernel 6.1 --model v2-posted", 1),
    ("lab-diff", "lab diff {seen_by_6_1} {seen_by_6_12}", 1),
    ("lab-recipe", "lab recipes --backend brd", 1),
    ("lab-litmus", "lab run --kernel 6.1 --out {out} --litmus S-O-S@stable", 0),
    *((kind, f"{kind} list", 0) for kind in KINDS),
    ("kernels", "kernels show v2-posted", 0),
    ("backends", "backends show dm-crypt/nvme-pi", 0),
)

# Written by other means than `--json`; test_capture.py and test_decisions.py have real ones, and
# test_schemas.py those of the schema of faults.
ELSEWHERE = {"observation", "fault", "decision"}
# Parts of others, which test_schemas.py holds against real ones.
PARTS = {"verdict", "error"}


def leaves(
    one: argparse.ArgumentParser, name: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command with its parser."""
    inner = [a for a in one._actions if isinstance(a, argparse._SubParsersAction)]
    for action in inner:
        for word, below in action.choices.items():
            yield from leaves(below, f"{name} {word}".strip())
    if not inner:
        yield name, one


COMMANDS = dict(leaves(parser()))


def test_every_command_declares_its_schema() -> None:
    """Whatever has ``--json`` names the schemas of what it prints; each schema is somebody's."""
    declared = {name: one.get_default("schemas") for name, one in COMMANDS.items()}
    for name, one in COMMANDS.items():
        if "--json" in one._option_string_actions:
            assert declared[name], f"`swapin {name} --json` declares no schema: formats.add_json()"
            told = f"swapin schema {'|'.join(declared[name])}"
            assert "".join(told.split()) in "".join(one.format_help().split())
    claimed = {schema for names in declared.values() for schema in names or ()}
    assert set(NAMES) - PARTS - {"decision"} == claimed


def test_every_schema_is_tried() -> None:
    """Each schema and each command with ``--json`` has its line in the table above."""
    assert set(NAMES) - PARTS - ELSEWHERE == {name for name, *_ in RUNS}
    for name, one in COMMANDS.items():
        if "--json" in one._option_string_actions and name.split()[-1] != "show":
            assert any(
                f"{command} ".startswith(f"{name} ") and of in one.get_default("schemas")
                for of, command, _ in RUNS
            ), name


# Modules that make JSON for the commands that call them.
HELPERS = {"faults", "jobs", "lab_litmus", "pipeline", "sides", "tables", "text", "verdicts"}


def test_no_module_writes_json_unnoticed(root: Path) -> None:
    """A module of the command that makes JSON is that of a command that declares a schema."""
    declaring = [one for one in COMMANDS.values() if one.get_default("schemas")]
    known = {one.get_default("run").__module__.rpartition(".")[2] for one in declaring}
    making = set()
    for path in (root / "engine" / "swapin" / "cli").glob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        names = {getattr(node, "attr", None) or getattr(node, "id", None) for node in nodes}
        if names & {"dumps", "to_json", "as_json", "show_json", "JSONEncoder"}:
            making.add(path.stem)

    # What `swapin schema` prints is a schema.
    assert making - known == HELPERS | {"schema"}


@pytest.fixture(scope="module")
def files(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What the commands read."""
    tmp_path = tmp_path_factory.mktemp("files")
    kept = root / "tests" / "observations"
    places = {
        "kept": tmp_path / "kept",
        "seen_by_6_1": kept / "x86_64-6.1.jsonl.gz",
        "seen_by_6_12": kept / "x86_64-6.12.jsonl.gz",
        "out": tmp_path / "out",
    }
    places["kept"].mkdir()
    matrix = root / "tests" / "lab" / "kept" / "x86_64"
    shutil.copy(matrix / "reasons.json", places["kept"])
    with gzip.open(matrix / "x86_64-6.1.jsonl.gz") as lines:
        few = b"".join(islice(lines, 300))
    (places["kept"] / "x86_64-6.1.jsonl.gz").write_bytes(gzip.compress(few))
    with gzip.open(places["seen_by_6_1"]) as lines:
        record = json.loads(next(lines))
    record["observed"]["rmap_exclusive"] = not record["observed"]["rmap_exclusive"]
    impossible = deepcopy(record)
    impossible["scenario"]["facts"] = {"folio.fresh": True, "folio.swapcache_hit": True}
    fault = {"kernel": {"release": "6.1"}, "folio": {"fresh": True}}
    decided = {"fault": fault, "outcomes": {"exclusive": "ANSWER_NO"}}
    for name, written in (
        ("observations", [record, impossible, {"kernel": 3}]),
        ("faults", [fault, {"kernel": {"release": "6.1"}, "folio": {"ksmm": True}}]),
        ("log", [decided, {**decided, "fault": {"kernel": {"release": "1.0"}}}]),
    ):
        places[name] = tmp_path / name
        places[name].write_text("".join(f"{json.dumps(one)}\n" for one in written))
    tree = places["tree"] = account_tree(tmp_path / "tree")
    text = (tree / "mm" / "memory.c").read_text()
    changed_text = text.replace("folio != swapcache)", "folio_is_lucky(folio))")
    (tree / "mm" / "memory.c").write_text(changed_text.replace("if (!si)", "if (si)"))
    return places


@pytest.fixture
def no_guests(monkeypatch: pytest.MonkeyPatch, program: Program) -> None:
    """Package manager and guests give what they might; all that the commands do is real."""
    image = Image("6.1", "6.1.0-56-cloud-amd64", Path("/boot/vmlinuz"), Path("/lib/modules"))
    test = catalogue()["S-O-S@stable"]
    tried = Tried("6.1", test, run_litmus(program, test, "6.1"))
    tried.ends = {frozenset({"P0:r0=2"}): 9}
    played = Played("brd", "path=MAPPED", ["looked at nothing"], 1, "0 0")
    offers = [Offer("6.1", "cloud", "linux-image-6.1.0-56-cloud-amd64", "6.1.192-2")]
    for module, name, given in (
        ("lab.kernels", "offered", offers),
        ("lab.kernels", "obtain", image),
        ("lab.guest", "busybox_of", Path("/bin/true")),
        ("lab.recipes", "play", ([played], Ended("", Path("console"), 1.0))),
        ("lab.litmus", "try_tests", ([tried, Tried("6.1", test, why_not="no KSM")], None)),
        ("debian.tools", "missing_tools", []),
    ):
        monkeypatch.setattr(f"swapin.{module}.{name}", lambda *_, given=given, **__: given)


@pytest.mark.parametrize(
    ("name", "command", "status"),
    # That of plugins is held against real output in test_plugins.py too.
    [pytest.param(*run, marks=[pytest.mark.slow] * (run[0] == "doctor")) for run in RUNS],
    ids=str,
)
def test_real_output_keeps_to_it(
    request: pytest.FixtureRequest,
    catalog: Catalog,
    files: dict[str, Path],
    capsys: pytest.CaptureFixture[str],
    name: str,
    command: str,
    status: int,
) -> None:
    """All that is printed is told by the schema; a value of another kind is refused anywhere."""
    if name in ("lab-kernel", "lab-recipe", "lab-litmus"):
        request.getfixturevalue("no_guests")
    needed = {"table": "polars", "prove": "z3", "source-check": "tree_sitter"}
    if name in needed:
        module = pytest.importorskip(needed[name])
        if name == "table":
            files["table"] = files["out"].with_suffix(".parquet")
            columns = {"kernel.release": ["6.1", "1.0"], "folio.ksm": [True, None]}
            module.DataFrame(columns).write_parquet(files["table"])

    assert status == main([*command.format(**files).split(), "--json"])
    printed = capsys.readouterr().out
    told = [json.loads(line) for line in printed.splitlines()] if one_a_line(printed) else []
    told = told or [json.loads(printed)]

    told_whole, public = validator(name, catalog), VALIDATOR(schema(name, catalog))
    for one in told:
        told_whole.validate(one)
    broken = 0
    for one in told[:4]:
        for where, wrong in changed(one[:2] if isinstance(one, list) else one):
            broken += 1
            assert not public.is_valid(wrong), where
    assert broken > 2
    assert not public.is_valid({})
    assert not public.is_valid("told")


def one_a_line(printed: str) -> bool:
    return all(re.match(r"\{.*\}$", line) for line in printed.splitlines())


# Objects that are the user's own.
FREE = {"fault", "facts"}


def changed(told: Any) -> Iterator[tuple[str, Any]]:
    """The same with one value of another kind, once for each place; of a list the first's."""
    seen = set()
    for path in paths(told):
        shape = ".".join("*" if isinstance(step, int) else step for step in path)
        if shape in seen or FREE & {*path}:
            continue
        seen.add(shape)
        wrong = deepcopy(told)
        holder = wrong
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = 7.5 if not isinstance(holder[path[-1]], float) else "long"
        yield shape, wrong


def paths(told: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """The way to each value that is no object and no array."""
    if isinstance(told, dict | list):
        for step, inner in told.items() if isinstance(told, dict) else enumerate(told):
            yield from paths(inner, *path, step)
    else:
        yield path
