"""Command, library and server give the same bytes, over the whole space as far as chance goes."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from swapin.cli import main
from swapin.cli.text import error_object
from swapin.model import Depth, FaultError
from swapin.program import Program
from swapin.service.background import serving

FAULTS = 100
KERNELS = ("5.10", "6.1", "7.3")

# What contradicts itself at length: five fields, each with the words of seven constraints.
LONG = {
    "kernel": {"release": "6.1"},
    "folio": {"sole_user": False, "swap_full": False, "swapcache": False},
    "swap_device": {"synchronous_io": False},
    "swap_count": 1,
}


def state(program: Program, kernel: str, dice: random.Random) -> dict[str, bool]:
    """An admissible state of a kernel, often one that maps a page, by a walk down its diagram."""
    compiled = program.compiled(program.catalog.kernels[kernel])
    diagrams, found = compiled.diagrams, {}
    node = dice.choice(
        [compiled.condition_of_admissible, *[compiled.condition_of_mapped] * 3],
    )
    for level, name in enumerate(diagrams.order):
        ways = list(zip((False, True), diagrams.branches(node, level), strict=True))
        found[name], node = dice.choice([way for way in ways if way[1] != diagrams.false])
    return found


def described(program: Program, kernel: str, atoms: dict[str, bool]) -> dict[str, Any]:
    """A state in JSON form: the value of each choice, and numbers for tests of numbers."""
    facts: dict[str, Any] = {}
    for atom, held in atoms.items():
        fact = program.catalog.atoms[atom]
        if fact.values:
            if held:
                facts[fact.name] = atom.removeprefix(f"{fact.name}.")
        elif fact.equals is not None:
            facts[atom] = fact.equals if held else fact.equals + 1
        else:
            facts[atom] = held
    preset = program.catalog.kernels[kernel]
    return {
        "kernel": {"release": preset.release, "variant": preset.variant},
        "extension_facts": facts,
    }


@pytest.fixture(scope="module")
def faults(program: Program) -> list[dict[str, Any]]:
    """Whole states, states with a fact or two left out, and states with one turned round."""
    dice = random.Random(8)
    found = [LONG]
    for number in range(FAULTS):
        kernel = dice.choice(KERNELS)
        fault = described(program, kernel, state(program, kernel, dice))
        facts = fault["extension_facts"]
        if number % 3 == 1:
            for name in dice.sample(sorted(facts), 2):
                del facts[name]
        elif number % 3 == 2:
            name = dice.choice(sorted(n for n in facts if isinstance(facts[n], bool)))
            facts[name] = not facts[name]
        found.append(fault)
    return found


def of_library(program: Program, faults: list[dict[str, Any]], depth: Depth) -> str:
    lines = []
    for line, fault in enumerate(faults, 1):
        try:
            lines.append(program.evaluate(fault, depth).to_json())
        except FaultError as error:
            lines.append(json.dumps(error_object(line, error), ensure_ascii=False))
    return "\n".join(lines) + "\n"


def test_same_bytes(
    program: Program,
    faults: list[dict[str, Any]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Verdicts and errors of states drawn by lot, at every depth."""
    file = tmp_path / "faults.jsonl"
    with serving(program) as address:
        for depth, count in zip(Depth, (FAULTS, 20, 4, 1, 1), strict=True):
            some = faults[:count]
            file.write_text("".join(f"{json.dumps(fault)}\n" for fault in some), encoding="utf-8")
            expected = of_library(program, some, depth)
            for options in ([], ["--server", address]):
                main(["eval", str(file), "--json", "--explain", depth.value, *options])
                assert expected == capsys.readouterr().out, (depth, options)
            assert depth is not Depth.NONE or {
                *("ANSWER_YES", "ANSWER_NO", "WRITE_COPIED", "WRITE_IN_PLACE", "PATH_RACED"),
                *("PATH_MAPPED", "WRITE_UNDETERMINED", "IMPOSSIBLE_FAULT"),
            } <= {word.strip('",') for word in expected.replace("}", " ").split()}
