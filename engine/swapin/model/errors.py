"""What can be wrong, said to a program (a reason) and to a person (a message)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from swapin.model.records import dataclass


class Reason(StrEnum):
    """Why an input was refused. The values are the contract; messages may change."""

    MALFORMED = "MALFORMED"
    """The input is not the JSON, number or text that was expected."""
    MISSING = "MISSING"
    """A required field is not there."""
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    """No loaded plugin declares a fact of this name."""
    UNKNOWN_NAME = "UNKNOWN_NAME"
    """No loaded plugin offers a preset (kernel, architecture, backend) of this name."""
    WRONG_TYPE = "WRONG_TYPE"
    """The value is outside the fact's domain."""
    DISAGREES = "DISAGREES"
    """Two fields say different things about one fact."""
    NOT_A_SWAP_PTE = "NOT_A_SWAP_PTE"
    """The raw value is no swap PTE on this architecture and kernel."""
    IMPOSSIBLE_STACK = "IMPOSSIBLE_STACK"
    """A layer of a stack of swap devices cannot lie on the one below it."""
    IMPOSSIBLE_FAULT = "IMPOSSIBLE_FAULT"
    """A constraint of the catalog excludes this combination of facts."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one input."""

    field: str
    """Path of the field as written in the JSON form, such as ``folio.writeback``."""
    reason: Reason
    message: str
    """What to change; lower case, no final period, the user's input in backticks."""

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message

    def to_dict(self) -> dict[str, str]:
        """The JSON form."""
        return {"field": self.field, "reason": self.reason.value, "message": self.message}


class FaultError(ValueError):
    """A fault description that cannot be evaluated.

    :ivar problems: every problem found, each naming its field; never empty.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[FaultError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class CatalogError(Exception):
    """A plugin's declaration that the catalog refuses.

    :ivar plugin: name of the entry point.
    :ivar distribution: the installed distribution that it came from.
    :ivar declaration: what was declared, such as ``rule writeback.stable-writes``.
    """

    def __init__(self, plugin: str, distribution: str, declaration: str, message: str) -> None:
        self.plugin = plugin
        self.distribution = distribution
        self.declaration = declaration
        self.message = message
        super().__init__(
            f"plugin `{plugin}` of distribution `{distribution}`: {declaration}: {message}"
        )

    def __reduce__(self) -> tuple[type[CatalogError], tuple[str, str, str, str]]:
        return type(self), (self.plugin, self.distribution, self.declaration, self.message)


_LONGEST_NAME = 100
_LONGEST_QUOTE = 80


def near_match(word: str, known: Iterable[str]) -> str:
    """`` (did you mean `x`?)`` for the closest known name, or the empty string."""
    if len(word) > _LONGEST_NAME:
        # Comparing takes time that grows with the length; no name is near this one.
        return ""
    import difflib

    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f" (did you mean `{close[0]}`?)" if close else ""


def listed(names: Iterable[str], limit: int = 12) -> str:
    """The names in backticks, cut after *limit* of them."""
    ordered = list(names)
    shown = ", ".join(f"`{name}`" for name in ordered[:limit])
    more = len(ordered) - limit
    return f"{shown} and {more} more" if more > 0 else shown


def offered(word: str, known: Iterable[str]) -> str:
    """The closest known name, and those that there are."""
    known = sorted(known)
    return f"{near_match(word, known)}; there are {listed(known)}"


def clipped(value: object) -> str:
    """A value of any length, to be quoted in a message."""
    # What cannot be written, half of a surrogate pair, must not keep the message from being so.
    told = str(value).encode("utf-8", "replace").decode()
    return told if len(told) <= _LONGEST_QUOTE else f"{told[:_LONGEST_QUOTE]}…"


def unknown_name(where: str, kind: str, name: str, known: Iterable[str]) -> Problem:
    """A name that no preset has, with the nearest one and those that there are."""
    known = list(known)
    near = near_match(name, known)
    offered = f"; there are {listed(known, limit=60)}" if known else "; there is none"
    return Problem(where, Reason.UNKNOWN_NAME, f"unknown {kind} `{clipped(name)}`{near}{offered}")


class LifeError(LookupError):
    """A life or a litmus test that cannot be played; the message says why."""
