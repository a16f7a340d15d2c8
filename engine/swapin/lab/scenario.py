"""Scenarios: short data files in ``scenarios/``, each with its result, its question and its steps.

``docs/lab.md`` lists the fields and the vocabulary of the steps.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from swapin.lab.backends import check_fields
from swapin.lab.errors import LabError
from swapin.model import Releases

ACCESSES: Mapping[str, str] = {
    "load": "load",
    "store": "store",
    "load-then-store": "load, then store",
}
"""Verbs of an access, and what observations call them."""

ACTORS = ("parent", "child", "grandchild")
_NUMBER, _NAME, _NOTHING = r"\d{1,7}", "|".join(ACTORS[1:]), ""
VERBS: Mapping[str, str] = {
    "map": _NUMBER,
    "fill": _NOTHING,
    "fill-alike": _NOTHING,
    "load": _NUMBER,
    "store": _NUMBER,
    "load-then-store": _NUMBER,
    "access": _NUMBER,
    "fork": _NAME,
    "exit": _NOTHING,
    "page-out": _NOTHING,
    "mergeable": _NOTHING,
    "unmergeable": _NOTHING,
    "huge": _NOTHING,
    "protect": _NOTHING,
    "unprotect": _NOTHING,
    "pin": _NUMBER,
    "unpin": _NOTHING,
    "clear-soft-dirty": _NOTHING,
    "write-protect": _NOTHING,
    "race": _NUMBER,
}
"""What an actor does, and the pattern of its argument."""
LAB_VERBS: Mapping[str, str] = {
    "reclaim": _NOTHING,
    "wait": _NOTHING,
    "merge": _NOTHING,
    "swapoff": _NOTHING,
    "swapon": _NOTHING,
}
"""What the lab itself does."""

_REQUIRED = {"result": str, "question": str, "steps": list}
_OPTIONAL = {
    "accesses": list,
    "facts": dict,
    "asked": dict,
    "expected": list,
    "cpus": int,
    "since": str,
    "until": str,
    "repeats": int,
    "suite": str,
}
_EXPECTED = {"since": str, "until": str, "facts": dict, "mapped_exclusive": str, "write": str}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the model is to say of a scenario."""

    releases: Releases
    facts: Mapping[str, Any]
    """What is known beside what the scenario settles."""
    outcomes: Mapping[str, str]
    """Outcomes in words: ``yes``, ``no``, ``in place``, ``copied``…"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario."""

    name: str
    result: str
    question: str
    steps: tuple[str, ...]
    accesses: tuple[str, ...]
    facts: Mapping[str, bool]
    """What the steps settle about every fault of the scenario that is recorded."""
    asked: Mapping[str, Any]
    """What they settle about the fault that the question is about."""
    expected: tuple[Expected, ...]
    releases: Releases
    cpus: int
    repeats: int
    quick: bool
    """It is part of the quick suite."""

    def plan(self, access: str, wait_us: int) -> list[str]:
        """The steps for the guest."""
        return [_filled(step, access, wait_us) for step in self.steps]


def _filled(step: str, access: str, wait_us: int) -> str:
    if step == "lab wait":
        return f"lab wait {wait_us}"
    actor, verb, *rest = step.split()
    return " ".join((actor, access if verb == "access" else verb, *rest))


def scenarios() -> dict[str, Scenario]:
    """Every scenario that is shipped, by name."""
    found = {}
    for file in sorted((files("swapin.lab") / "scenarios").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            name = file.name.removesuffix(".toml")
            found[name] = read_scenario(name, file.read_text(encoding="utf-8"))
    return found


def scenario_file(path: Path) -> Scenario:
    """The scenario of a file anywhere.

    :raises LabError: it is no scenario.
    """
    return read_scenario(path.stem, path.read_text(encoding="utf-8"))


def read_scenario(name: str, text: str) -> Scenario:
    """The scenario that a text describes.

    :raises LabError: it is not TOML, or a field is missing, unknown or not of its kind.
    """
    what = f"scenario `{name}`"
    if not re.fullmatch(r"[a-z0-9_]{1,40}", name):
        raise LabError(f"{what}: a name is lower-case letters, digits and underscores")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LabError(f"{what}: not TOML: {error}") from error
    check_fields(what, table, _REQUIRED, _OPTIONAL)
    for step in table["steps"]:
        _check_step(what, step)
    for access in table.get("accesses", []):
        _check_word(what, "accesses", access, ACCESSES)
    _check_word(what, "suite", table.get("suite", "full"), ("quick", "full"))
    return Scenario(
        name=name,
        result=table["result"].strip(),
        question=table["question"].strip(),
        steps=tuple(table["steps"]),
        accesses=tuple(table.get("accesses", ACCESSES)),
        facts=table.get("facts", {}),
        asked=table.get("asked", {}),
        expected=tuple(_expected(what, table.get("expected", []))),
        releases=_releases(what, table),
        cpus=table.get("cpus", 1),
        repeats=table.get("repeats", 1),
        quick=table.get("suite") == "quick",
    )


def _check_step(what: str, step: Any) -> None:
    actor, verb, argument, *rest = [*str(step).split(), "", "", ""]
    verbs = LAB_VERBS if actor == "lab" else VERBS
    if actor != "lab":
        _check_word(f"{what}: step `{step}`", "actor", actor, ("lab", *ACTORS))
    _check_word(f"{what}: step `{step}`", "verb", verb, verbs)
    if not re.fullmatch(verbs[verb], argument) or any(rest):
        wanted = verbs[verb].replace(_NUMBER, "a number") or "nothing"
        raise LabError(f"{what}: step `{step}`: after `{verb}` comes {wanted}")


def _check_word(what: str, field: str, word: Any, allowed: Any) -> None:
    if word not in allowed:
        names = ", ".join(f"`{name}`" for name in allowed)
        raise LabError(f"{what}: {field} `{word}` is none of {names}")


def _expected(what: str, rows: list[Any]) -> Iterator[Expected]:
    for row in rows:
        check_fields(f"{what}: expected", row, {}, _EXPECTED)
        yield Expected(
            releases=_releases(what, row),
            facts=row.get("facts", {}),
            outcomes={name: row[name] for name in ("mapped_exclusive", "write") if name in row},
        )


def _releases(what: str, table: Mapping[str, Any]) -> Releases:
    try:
        return Releases.of(table.get("since"), table.get("until"))
    except ValueError as error:
        raise LabError(f"{what}: {error}") from error
