"""Fixtures for test suites that use swapin: ``pytest_plugins = ["swapin.pytest"]``.

Nothing of swapin is imported before a fixture is used. Override :func:`swapin_program` to test
with other plugins; the other fixtures follow it.

.. versionadded:: 0.1
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from swapin import Client, Depth, Fault, Program, Verdict

__all__ = [
    "AssertOutcomes",
    "swapin_assert_outcomes",
    "swapin_client",
    "swapin_evaluate",
    "swapin_program",
    "swapin_server",
]


class AssertOutcomes(Protocol):
    """What :func:`swapin_assert_outcomes` gives."""

    def __call__(self, fault: Mapping[str, Any] | Fault | Verdict, /, **expected: str) -> Verdict:
        """Check outcomes of a fault, or of a verdict, and give the verdict.

        :param expected: values by outcome, such as ``exclusive="ANSWER_NO"``; the prefix may be
            left out and case does not matter: ``exclusive="no"``, ``write="in_place"``.
        """


@pytest.fixture(scope="session")
def swapin_program() -> Program:
    """The program of the installed plugins; a plugin that does not load is an error."""
    from swapin.program import load_program

    return load_program(strict=True)


@pytest.fixture(scope="session")
def swapin_evaluate(swapin_program: Program) -> Callable[..., Verdict]:
    """The function that evaluates a fault: ``swapin_evaluate(fault, depth)``."""
    return swapin_program.evaluate


@pytest.fixture(scope="session")
def swapin_server(swapin_program: Program) -> Iterator[str]:
    """The address of a real server of the program, on a free port of the loopback interface."""
    from swapin.service.background import serving

    with serving(swapin_program) as address:
        yield address


@pytest.fixture
def swapin_client(swapin_server: str) -> Iterator[Client]:
    """A client of :func:`swapin_server`."""
    from swapin import Client

    with Client(swapin_server) as client:
        yield client


@pytest.fixture(scope="session")
def swapin_assert_outcomes(swapin_program: Program) -> AssertOutcomes:
    """A check of outcomes that says why a fault came out otherwise, and what would flip it."""

    def check(fault: Mapping[str, Any] | Fault | Verdict, /, **expected: str) -> Verdict:
        __tracebackhide__ = True
        from swapin.model import Depth, Verdict

        verdict = fault if isinstance(fault, Verdict) else swapin_program.evaluate(fault)
        wanted = {name: _value(name, value) for name, value in expected.items()}
        wrong = [
            f"{name} is {verdict.outcomes[name]}, not {value}"
            for name, value in wanted.items()
            if verdict.outcomes[name] != value
        ]
        if wrong:
            depth = Depth.DECIDING
            if not isinstance(fault, Verdict):
                depth = Depth.FLIP
                verdict = swapin_program.evaluate(fault, depth)
            pytest.fail("\n".join([*wrong, "", _told(verdict, depth)]), pytrace=False)
        return verdict

    return check


def _value(outcome: str, written: str) -> str:
    """The value of an outcome that may be written without its prefix.

    :raises ValueError: there is no such outcome, or it has no such value.
    """
    from swapin.model import OUTCOMES

    if outcome not in OUTCOMES:
        raise ValueError(f"no outcome `{outcome}`; there are {', '.join(OUTCOMES)}")
    values = OUTCOMES[outcome].values
    for value in values:
        if str(written).upper() in (value, value.partition("_")[2]):
            return value
    raise ValueError(f"`{outcome}` is never `{written}`; its values are {', '.join(values)}")


def _told(verdict: Verdict, depth: Depth) -> str:
    from swapin.cli.text import verdict_text

    return verdict_text(verdict, depth)
