"""Whether rules decide as a yardstick does, in every admissible state.

A yardstick is run once for every way through it, not for every state: where a run first asks for
a fact it gets one value, and the other has a run of its own, unless no admissible state has it.
What a run did not ask for cannot matter to it, so its answer is that of every state in which what
it asked has these values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from swapin.model import Answer, Group, Kind
from swapin.program.compiled import Compiled, Finding
from yardsticks.choose import Decide

Known = dict[str, bool]


class Ways:
    """The ways through a yardstick that admissible states take."""

    def __init__(self, compiled: Compiled, decide: Decide) -> None:
        self._decide = decide
        self._d = compiled.diagrams
        self._halves: dict[tuple[int, str], tuple[int, int]] = {}
        self._waiting: list[tuple[Known, int]] = [({}, compiled.condition_of_admissible)]

    def __iter__(self) -> Iterator[tuple[Known, dict[str, object]]]:
        """What is asked on each way, with its values, and the answer there."""
        while self._waiting:
            run = _Run(self, *self._waiting.pop())
            # A yardstick asks for facts and does nothing else with a state.
            yield run.known, self._decide(cast(Mapping[str, bool], run))

    def step(self, known: Known, admissible: int, name: str) -> int:
        """Give a fact a value, and let the other wait; what is admissible with the value."""
        no, yes = self._halved(admissible, name)
        if self._d.false not in (no, yes):
            self._waiting.append((known | {name: True}, yes))
        known[name] = no == self._d.false
        return yes if known[name] else no

    def _halved(self, admissible: int, name: str) -> tuple[int, int]:
        # What no rule and no constraint of this kernel reads is no.
        if name not in self._d.order:
            return admissible, self._d.false
        key = (admissible, name)
        if key not in self._halves:
            no, yes = (self._d.restrict(admissible, {name: value}) for value in (False, True))
            self._halves[key] = no, yes
        return self._halves[key]


class _Run:
    """The state that a yardstick is given on one way."""

    def __init__(self, ways: Ways, known: Known, admissible: int) -> None:
        self._ways, self.known, self._admissible = ways, known, admissible

    def __getitem__(self, name: str) -> bool:
        if name not in self.known:
            self._admissible = self._ways.step(self.known, self._admissible, name)
        return self.known[name]


def as_verdict(found: Mapping[str, object]) -> dict[str, str]:
    """A yardstick's answer in the values of a verdict."""
    return {
        name: (Answer.YES if value else Answer.NO).value
        if isinstance(value, bool)
        else f"{name.upper()}_{value}"
        for name, value in found.items()
    }


def disagreements(
    compiled: Compiled, decide: Decide
) -> Iterator[tuple[Known, Mapping[str, str], Mapping[str, str]]]:
    """Where the rules settle an outcome otherwise than the yardstick: what is known, and both.

    What the model does not cover is no disagreement, but for the path, of which yardsticks say
    so themselves.
    """
    for known, answer in Ways(compiled, decide):
        expected = as_verdict(answer)
        for part, finding in _settled(compiled, known):
            found = {
                name: value
                for name, value in finding.outcomes.items()
                if name == Group.PATH.field or not _limited(finding, name)
            }
            if expected != expected | found:
                yield part, expected, finding.outcomes


def _limited(finding: Finding, name: str) -> bool:
    return any(rule.kind is Kind.LIMIT for rule in finding.deciding[name])


def _settled(compiled: Compiled, known: Known) -> Iterator[tuple[Known, Finding]]:
    """The known facts with as many others as settle each outcome, or show that a limit does."""
    d = compiled.diagrams
    finding = compiled.finding(known)
    if finding is None:
        return
    for group in finding.undetermined:
        if not _limited(finding, group.field):
            left = d.restrict(compiled.table_of(group).root, known)
            asked = d.order[d.level[left]]
            for value in (False, True):
                yield from _settled(compiled, known | {asked: value})
            return
    yield known, finding
