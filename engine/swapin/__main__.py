"""The command in a process of its own: ``swapin``, or ``python -m swapin``."""

from __future__ import annotations

import gc

_ALLOCATED = 50_000
"""Objects between two looks for garbage; with Python's 700, a start looks a hundred times."""


def command() -> int:
    """Run the command and give its exit status."""
    gc.set_threshold(_ALLOCATED, 10, 10)

    from swapin.cli import main

    status = main()
    # Python looks through everything twice as it ends, unless it is told that nothing will go.
    gc.freeze()
    return status


if __name__ == "__main__":
    raise SystemExit(command())
