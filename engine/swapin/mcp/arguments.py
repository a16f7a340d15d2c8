"""What a tool was given, checked name by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from swapin.analysis import Side, side_of
from swapin.catalog import Catalog
from swapin.model import FaultError, Problem, Reason
from swapin.model.errors import clipped, listed, near_match
from swapin.program.description import Draft


class Arguments:
    """Members of an object, asked for one by one.

    :param where: path of the object in the tool's input; empty: the input itself.
    :raises FaultError: it is no object, or has a member that is none of *allowed*.
    """

    def __init__(self, given: Any, allowed: Iterable[str], where: str = "") -> None:
        if not isinstance(given, Mapping):
            raise refused(where, Reason.WRONG_TYPE, f"`{clipped(given)}` is not an object")
        allowed = list(allowed)
        self._where = f"{where}." if where else ""
        self.given = {name: value for name, value in given.items() if value is not None}
        strange = [str(name) for name in self.given if name not in allowed]
        if strange:
            near = near_match(strange[0], allowed)
            message = f"unknown field `{clipped(strange[0])}`{near}; there are {listed(allowed)}"
            raise refused(self._where + strange[0], Reason.UNKNOWN_FIELD, message)

    def path(self, name: str) -> str:
        """The path of a member."""
        return self._where + name

    def text(self, name: str, *, required: bool = False) -> str:
        """A text; empty if it was left out."""
        value = self.given.get(name, "")
        if not isinstance(value, str):
            raise refused(self.path(name), Reason.WRONG_TYPE, f"`{clipped(value)}` is not a text")
        if required and not value:
            raise refused(self.path(name), Reason.MISSING, f"`{name}` is needed")
        return value

    def texts(self, name: str) -> list[str]:
        """Texts; none if they were left out."""
        value = self.given.get(name, [])
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            message = f"`{clipped(value)}` is not a list of texts"
            raise refused(self.path(name), Reason.WRONG_TYPE, message)
        return value

    def facts(self, catalog: Catalog) -> dict[str, bool]:
        """The atoms of the facts in the member ``facts``.

        :raises FaultError: an unknown fact, or a value outside of its domain.
        """
        value = self.given.get("facts", {})
        draft = Draft(catalog)
        for name, given in Arguments(value, value, self.path("facts")).given.items():
            draft.fact(str(name), given, f"{self.path('facts')}.{name}")
        if draft.problems:
            raise FaultError(draft.problems)
        return draft.facts


def side_given(arguments: Arguments, name: str, catalog: Catalog) -> Side:
    """The side in a member.

    :raises FaultError: it is missing, or an unknown name is in it.
    """
    if name not in arguments.given:
        raise refused(arguments.path(name), Reason.MISSING, f"`{name}` is needed")
    fields = ("kernel", "architecture", "stack", "facts")
    side = Arguments(arguments.given[name], fields, arguments.path(name))
    return side_of(
        catalog,
        side.text("kernel", required=True),
        architecture=side.text("architecture"),
        stack=side.texts("stack"),
        facts=side.facts(catalog),
    )


def refused(where: str, reason: Reason, message: str) -> FaultError:
    """The error of one problem."""
    return FaultError([Problem(where, reason, message)])
