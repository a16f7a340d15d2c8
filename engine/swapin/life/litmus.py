"""Litmus tests: a dozen lines on who does what to a page, and a question about how it can end.

``docs/litmus.md`` describes the language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from swapin.life.state import MARKS
from swapin.model import Atom, Expression, LifeError
from swapin.model.errors import near_match
from swapin.model.sentences import Sentences

_LONGEST = 64 * 1024
_MOST_THREADS = 4
_MOST_STEPS = 12
_MOST_PROCESSES = 3

# What a step may be given: nothing, a value, a register, or a process.
STEPS: Mapping[str, str] = {
    "store": "value",
    "load": "register",
    "fork": "process",
    "exit": "",
    "unmap": "",
    "page-out": "",
    "reclaim": "",
    "swapoff": "",
    "swapon": "",
    "get-read": "",
    "get-write": "",
    "pin-read": "",
    "pin-write": "",
    "release": "",
    "read-reference": "register",
    "write-reference": "value",
    "merge": "",
    "unmerge": "",
    "migrate": "",
    "move": "",
    "mremap": "",
    "write-protect": "",
    "unprotect": "",
    "clear-soft-dirty": "",
    "written-back": "",
}
"""What a thread can do, and what it takes."""

QUANTIFIERS = ("exists", "never", "always")
_TEXTS = ("result", "question")
_FIELDS = (*_TEXTS, "device", "facts", "architecture", "since", "until", "init", *QUANTIFIERS)
_THREAD = re.compile(r"P([0-9])([a-z]?)")
_ARGUMENTS = {
    "": (re.compile(r""), "nothing"),
    "value": (re.compile(r"[0-9]{1,3}"), "a number from 0 to 999"),
    "register": (re.compile(r"r[0-9]"), "a register, r0 to r9"),
    "process": (re.compile(r"P[0-9]"), "a process, such as P1"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a thread does."""

    verb: str
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.argument}".strip()


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread: ``P0``, or ``P0b`` for a second one of the same process."""

    name: str
    process: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Litmus:
    """One test."""

    name: str
    result: str
    question: str
    device: str
    architecture: str
    facts: Mapping[str, bool]
    since: str
    until: str
    init: tuple[tuple[int, Step], ...]
    threads: tuple[Thread, ...]
    quantifier: str
    condition: Expression
    written: str
    """The condition as it was written."""

    @property
    def processes(self) -> int:
        """How many processes it has."""
        forked = [int(step.argument[1]) for _, step in self.init if step.verb == "fork"]
        forked += [
            int(step.argument[1])
            for thread in self.threads
            for step in thread.steps
            if step.verb == "fork"
        ]
        return 1 + max([0, *forked, *(thread.process for thread in self.threads)])


def litmus_file(path: Path) -> Litmus:
    """Read a test from a file, whose name is the test's.

    :raises OSError: the file cannot be read.
    :raises LifeError: it is no test; names the line and what may stand there.
    """
    return read_litmus(path.read_text(encoding="utf-8"), path.stem)


def read_litmus(text: str, name: str) -> Litmus:
    """Read a test.

    :raises LifeError: it is none; names the line and what may stand there.
    """
    if len(text) > _LONGEST:
        raise LifeError(f"{name}: more than {_LONGEST} characters")
    return _Reader(name).read(text)


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name
        self._line = 0
        self._texts: dict[str, str] = {}
        self._threads: dict[str, Thread] = {}
        self._init: tuple[tuple[int, Step], ...] = ()

    def read(self, text: str) -> Litmus:
        for self._line, line in enumerate(text.splitlines(), 1):
            line = line.partition("#")[0].strip()
            if line:
                self._take(line)
        for needed in _TEXTS:
            if needed not in self._texts:
                raise self._wrong(f"a test has a line `{needed}:`")
        asked = [word for word in QUANTIFIERS if word in self._texts]
        if len(asked) != 1:
            raise self._wrong(f"a test has one line of {', '.join(QUANTIFIERS)}")
        written = self._texts[asked[0]]
        try:
            condition = _condition(written, self._known())
        except LifeError as error:
            raise self._wrong(str(error)) from None
        return Litmus(
            name=self._name,
            result=self._texts["result"],
            question=self._texts["question"],
            device=self._texts.get("device", ""),
            architecture=self._texts.get("architecture", "x86_64"),
            facts=self._facts(self._texts.get("facts", "")),
            since=self._texts.get("since", ""),
            until=self._texts.get("until", ""),
            init=self._init,
            threads=tuple(self._threads.values()),
            quantifier=asked[0],
            condition=condition,
            written=written,
        )

    def _take(self, line: str) -> None:
        key, colon, rest = (part.strip() for part in line.partition(":"))
        if not colon:
            raise self._wrong(f"`{line[:40]}` is not `KEY: …`")
        if key == "init":
            parts = [part.strip() for part in rest.split(";") if part.strip()]
            self._init = tuple(self._initial(part) for part in parts)
        elif key in _FIELDS:
            if key in self._texts:
                raise self._wrong(f"a second line `{key}:`")
            self._texts[key] = rest
        else:
            self._thread(key, rest)

    def _initial(self, text: str) -> tuple[int, Step]:
        who, _, what = text.partition(" ")
        found = re.fullmatch(r"P([0-9])", who)
        if found is None:
            raise self._wrong(f"`{text}` is not `PROCESS STEP`, such as `P0 store 1`")
        return self._process(found[1]), self._step(what.strip())

    def _thread(self, key: str, rest: str) -> None:
        found = _THREAD.fullmatch(key)
        if found is None:
            known = (*_FIELDS, "P0", "P1")
            raise self._wrong(f"no key `{key}`{near_match(key, known)}; {', '.join(known)} are")
        if key in self._threads:
            raise self._wrong(f"a second line `{key}:`")
        steps = tuple(self._step(part.strip()) for part in rest.split(";") if part.strip())
        if len(steps) > _MOST_STEPS:
            raise self._wrong(f"more than {_MOST_STEPS} steps")
        self._threads[key] = Thread(key, self._process(found[1]), steps)
        if len(self._threads) > _MOST_THREADS:
            raise self._wrong(f"more than {_MOST_THREADS} threads")

    def _process(self, digit: str) -> int:
        if int(digit) >= _MOST_PROCESSES:
            raise self._wrong(f"processes are P0 to P{_MOST_PROCESSES - 1}")
        return int(digit)

    def _step(self, text: str) -> Step:
        verb, _, argument = text.partition(" ")
        if verb not in STEPS:
            raise self._wrong(f"no step `{verb}`{near_match(verb, STEPS)}; {', '.join(STEPS)} are")
        pattern, told = _ARGUMENTS[STEPS[verb]]
        if not pattern.fullmatch(argument.strip()):
            raise self._wrong(f"`{verb}` takes {told}, not `{argument.strip()}`")
        if STEPS[verb] == "process":
            self._process(argument.strip()[1])
        return Step(verb, argument.strip())

    def _facts(self, text: str) -> dict[str, bool]:
        found = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, equals, value = (word.strip() for word in part.partition("="))
            if not equals or value not in ("true", "false"):
                raise self._wrong(f"`{part}` is not FACT=true or FACT=false")
            found[name] = value == "true"
        return found

    def _known(self) -> frozenset[str]:
        """What the condition may ask: registers that are filled, and marks."""
        filled = {
            f"{thread.name}:{step.argument}"
            for thread in self._threads.values()
            for step in thread.steps
            if STEPS[step.verb] == "register"
        }
        filled |= {
            f"P{process}:{step.argument}"
            for process, step in self._init
            if STEPS[step.verb] == "register"
        }
        return frozenset(filled)

    def _wrong(self, message: str) -> LifeError:
        return LifeError(f"{self._name}, line {self._line}: {message}")


_ASKED = ("exclusive", "writable", "mapped", "marked")
"""What can be asked of a process at the end."""
_NAMES = r"(?:P[0-9][a-z]?:)?[A-Za-z][A-Za-z0-9-]*"


def _condition(text: str, registers: frozenset[str]) -> Expression:
    """A condition: ``P1:r0=2``, ``P0:exclusive``, ``torn``, with ``~``, ``&``, ``|``, ``(``."""

    def meaning(name: str, value: str | None) -> Expression:
        who, colon, what = name.partition(":")
        if colon and what in _ASKED and not value and len(who) == 2:
            return Atom(name)
        if colon and name in registers and value and value.isdigit():
            return Atom(f"{name}={value}")
        if not colon and name in MARKS and not value:
            return Atom(name)
        known = [f"{one}=VALUE" for one in sorted(registers)]
        known += [f"P0:{word}" for word in _ASKED] + [*MARKS]
        raise LifeError(f"a condition cannot ask `{name}`; it can: {', '.join(known)}")

    return Sentences(_NAMES, meaning, "a register, a state or a mark", LifeError).read(text)
