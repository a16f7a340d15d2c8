"""What two kernels did differently in the same scenarios, beside what the model says they do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from swapin.model import Verdict
from swapin.observe.audit import OUTCOMES, Evaluate, Judgement, judged
from swapin.observe.observation import Observation

Key = tuple[str, ...]
"""Backend, scenario, access, whether writeback was seen: what has to be the same."""


@dataclass(slots=True)
class Side:
    """What one kernel did under one key, and what the model says of it: values, with counts."""

    did: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two kernels that did not do the same."""

    key: Key
    outcome: str
    first: Side
    second: Side

    @property
    def as_modelled(self) -> bool:
        """The model says of each kernel what it did."""
        return all(set(side.did) == set(side.said) for side in (self.first, self.second))

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "backend": self.key[0],
            "scenario": self.key[1],
            "access": self.key[2],
            "writeback": self.key[3],
            "outcome": self.outcome,
            "did": {"before": dict(self.first.did), "after": dict(self.second.did)},
            "said": {"before": dict(self.first.said), "after": dict(self.second.said)},
            "as_modelled": self.as_modelled,
        }


def differences(
    first: Iterable[tuple[Key, Observation]],
    second: Iterable[tuple[Key, Observation]],
    evaluate: Evaluate,
) -> Iterator[Difference]:
    """The differences, in the order of their keys; what only one of them met is passed over."""
    sides = [_sides(observations, evaluate) for observations in (first, second)]
    for key in sorted(sides[0].keys() & sides[1].keys()):
        one, other = sides[0][key], sides[1][key]
        if set(one.did) != set(other.did):
            *rest, outcome = key
            yield Difference(tuple(rest), outcome, one, other)


def key_of(record: dict[str, Any]) -> Key:
    """What has to be the same for two faults to be compared."""
    scenario, device = record.get("scenario") or {}, record.get("swap_device") or {}
    stable = "stable writes" if device.get("stable_writes") else "no stable writes"
    written = (record.get("at_map") or {}).get("writeback")
    writeback = "unknown" if written is None else "yes" if written else "no"
    return (
        f"{device.get('name') or device.get('backend')}, {stable}",
        str(scenario.get("name")),
        str(scenario.get("access")),
        writeback,
    )


def _sides(observations: Iterable[tuple[Key, Observation]], evaluate: Evaluate) -> dict[Key, Side]:
    pairs = list(observations)
    sides: dict[Key, Side] = {}
    judgements = judged([observation for _, observation in pairs], evaluate)
    for (key, _), judgement in zip(pairs, judgements, strict=True):
        if not isinstance(judgement, Judgement):
            continue
        for outcome in OUTCOMES:
            seen = judgement.seen(outcome)
            if seen is None:
                continue
            side = sides.setdefault((*key, outcome), Side())
            verdict = judgement.verdict
            said = verdict.outcomes[outcome] if isinstance(verdict, Verdict) else "IMPOSSIBLE"
            side.did[seen] += 1
            side.said[said] += 1
    return sides
