"""What an analysis found, apart from how it is written down.

A report is a list of cases in groups: each was looked at, and passed or not. Formats that know
findings alone (SARIF) leave out what passed; formats of test runs (JUnit, KTAP) tell all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """What became of a case."""

    PASSED = "passed"
    FAILED = "failed"
    """A finding."""
    KNOWN = "known"
    """A finding that was declared beforehand, with its reason: it fails nothing."""
    OPEN = "open"
    """Nothing can be said: not observed, or undetermined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that was looked at."""

    group: str
    """What it is about: a kernel, a file."""
    id: str
    """What was asked of it, such as the id of an invariant; the same in every group."""
    meaning: str
    """The question in a sentence: what holds where the case passes."""
    state: State
    message: str = ""
    """What was found, in one line; empty where the case passed."""
    details: tuple[str, ...] = ()
    """What a person wants to see beside it, line by line."""
    file: str = ""
    """Where it can be looked up: a path, of the kernel tree unless *line* is given."""
    function: str = ""
    line: int = 0
    """A line of a file that the user has, a kernel tree's too; 0: none is known."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """The same for programs: JSON data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a command found."""

    command: str
    """The subcommand: ``check``, ``diff``, ``audit``, ``source-check``."""
    title: str
    cases: tuple[Case, ...]
    data: tuple[Mapping[str, Any], ...]
    """The JSON form of the whole, as library and server give it: an object a line."""
    text: str
    """The text form of the whole."""
    errors: tuple[str, ...] = ()
    """What could not be read or asked, one line each."""

    @property
    def findings(self) -> tuple[Case, ...]:
        """The cases that failed, known ones left out."""
        return tuple(case for case in self.cases if case.state is State.FAILED)

    @property
    def groups(self) -> Mapping[str, tuple[Case, ...]]:
        """The cases of each group, in order."""
        found: dict[str, list[Case]] = {}
        for case in self.cases:
            found.setdefault(case.group, []).append(case)
        return {name: tuple(cases) for name, cases in found.items()}


def as_json(data: Mapping[str, Any]) -> str:
    """A report's JSON form as text: the same bytes from library, command and server."""
    return json.dumps(data, ensure_ascii=False)
