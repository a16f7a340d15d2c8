"""What two sides do differently to a page between two faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from swapin.analysis.cubes import cover
from swapin.analysis.side import Side
from swapin.model import EFFECTS, Event, Release, Transition
from swapin.program.diagram import Diagrams

NOTHING = "nothing"
"""What becomes of an event that a kernel does not have."""


@dataclass(frozen=True, slots=True)
class TransitionDifference:
    """An event that goes one way on the first side and another on the second."""

    event: str
    before: str
    """The effect on the first side; ``nothing``: its kernel has no such event."""
    after: str
    """The effect on the second side."""
    cubes: tuple[tuple[str, ...], ...]
    """When: each a conjunction of facts of page and PTE; an empty one is always."""
    transitions: tuple[str, str]
    """The transitions' ids; empty where there is none."""
    because: str
    """What the second side does, in a sentence; the first, if the second does nothing."""
    source: str
    """File, function and commit of that, with the release since which it is so."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "event": self.event,
            "before": self.before,
            "after": self.after,
            "when": [list(cube) for cube in self.cubes],
            "transitions": {"before": self.transitions[0], "after": self.transitions[1]},
            "because": self.because,
            "source": self.source,
        }


def between(before: Side, after: Side) -> Iterator[TransitionDifference]:
    """Compare the transitions of two sides, event by event."""
    sides = [_by_event(before), _by_event(after)]
    names = {
        name
        for side in (before, after)
        for transition in side.catalog.transitions_of(side.kernel)
        for name in transition.when.given(side.known).names()
    }
    d = Diagrams(sorted(names))
    for event in EFFECTS:
        ones, twos = (side[event] for side in sides)
        for one in ones or (None,):
            for two in twos or (None,):
                if (one and one.effect) == (two and two.effect):
                    continue
                node = d.all(
                    [
                        d.condition(transition.when.given(side.known), {})
                        for transition, side in ((one, before), (two, after))
                        if transition
                    ]
                )
                if node == d.false:
                    continue
                told = two or one
                assert told is not None
                yield TransitionDifference(
                    event=event.value,
                    before=one.effect.value if one else NOTHING,
                    after=two.effect.value if two else NOTHING,
                    cubes=tuple(
                        tuple(
                            f"{name}={str(value).lower()}" for name, value in sorted(cube.items())
                        )
                        for cube in cover(d, node, d.false).cubes
                    ),
                    transitions=(one.id if one else "", two.id if two else ""),
                    because=told.because,
                    source=str(told.source),
                )


def _by_event(side: Side) -> dict[Event, list[Transition]]:
    """The transitions of a side; none for an event that its kernel does not have yet."""
    found: dict[Event, list[Transition]] = {event: [] for event in EFFECTS}
    for transition in side.catalog.transitions_of(side.kernel):
        found[transition.event].append(transition)
    for known in found.values():
        since = [one.source.since for one in known]
        if all(since) and all(side.kernel.at < Release.parse(str(one)) for one in since):
            known.clear()
    return found
