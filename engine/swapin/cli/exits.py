"""Exit statuses of the command."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the exit status says; the same for every subcommand."""

    OK = 0
    """Nothing found."""
    FINDINGS = 1
    """A difference, a violation, a disagreement."""
    USAGE = 2
    """Wrong usage or bad input; what could be answered was."""
    DEGRADED = 3
    """A plugin failed to load, so the answers are not those of the catalog asked for."""
    INTERNAL = 4
    """An error of swapin itself."""


def status(*, bad_input: bool = False, degraded: bool = False, findings: bool = False) -> Exit:
    """The exit status when several things are to be said: the one that trust hangs on most."""
    if bad_input:
        return Exit.USAGE
    if degraded:
        return Exit.DEGRADED
    return Exit.FINDINGS if findings else Exit.OK
