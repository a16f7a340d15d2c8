"""Scenario files: all are valid, and the model says of each what it expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from swapin.lab.errors import LabError
from swapin.lab.expect import ask
from swapin.lab.scenario import LAB_VERBS, VERBS, read_scenario, scenario_file, scenarios
from swapin.program import Program

NAMES = sorted(
    path.stem for path in Path(__file__).parents[2].glob("engine/swapin/lab/scenarios/*")
)
GOOD = 'result = "r"\nquestion = "q?"\nsteps = ["parent map 1", "parent access 0"]\n'


def test_every_file_is_a_scenario() -> None:
    """Everything in the folder is listed, and everything listed is there."""
    assert NAMES == sorted(scenarios())


@pytest.mark.parametrize("name", NAMES)
def test_the_model_says_what_is_expected(name: str, program: Program) -> None:
    """In every kernel that the expectation concerns; and each concerns one."""
    scenario = scenarios()[name]
    asked = 0
    for kernel in program.catalog.kernels.values():
        if kernel.variant or kernel.at not in scenario.releases:
            continue
        for answer in ask(scenario, kernel, program):
            asked += 1
            assert answer.expected.outcomes == answer.said, (kernel.name, str(answer))
    assert asked or not scenario.expected


def test_a_kernel_that_differs_is_noticed(program: Program) -> None:
    """The patch as posted does not do what the scenario of an owned page expects."""
    kernel = program.catalog.kernels["v2-posted"]

    assert any(not answer.agrees for answer in ask(scenarios()["private"], kernel, program))


def test_access_and_wait_are_filled_in() -> None:
    """One file stands for each access and each wait."""
    plan = scenarios()["private"].plan("load-then-store", 1200000)

    assert "parent load-then-store 0" == plan[-1]
    assert "lab wait 1200000" == plan[-2]


def test_the_page_lists_every_verb(root: Path) -> None:
    """The vocabulary in the documentation is that of the code."""
    text = (root / "docs" / "lab.md").read_text(encoding="utf-8")
    for verb in (*VERBS, *LAB_VERBS):
        assert f"`{verb}" in text, verb


def test_a_file_anywhere(tmp_path: Path) -> None:
    """A new scenario is a file; its name is the file's."""
    file = tmp_path / "mine.toml"
    file.write_text(GOOD, encoding="utf-8")

    assert "mine" == scenario_file(file).name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", "not TOML"),
        ('result = "r"', "field `question` is missing"),
        (GOOD + "extra = 1", "unknown field `extra`; there are `result`"),
        (GOOD + 'cpus = "2"', "`cpus` is not of type int"),
        (GOOD.replace("map 1", "dig 1"), "verb `dig` is none of `map`"),
        (GOOD.replace("map 1", "map"), "after `map` comes a number"),
        (GOOD.replace("map 1", "map 1 2"), "after `map` comes a number"),
        (GOOD.replace("map 1", "map $(id)"), "after `map` comes a number"),
        (GOOD.replace("parent map", "uncle map"), "actor `uncle` is none of `lab`"),
        (GOOD + 'accesses = ["peek"]', "accesses `peek` is none of `load`"),
        (GOOD + 'since = "6"', "`6` is not a release"),
        (GOOD + '[[expected]]\nother = "yes"', "expected: unknown field `other`"),
    ],
)
def test_a_bad_file_is_refused(text: str, message: str) -> None:
    """The message names the field and what is allowed."""
    with pytest.raises(LabError, match=message.replace("$", r"\$").replace("(", r"\(")):
        read_scenario("bad", text)
