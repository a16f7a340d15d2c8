"""The kernel to read: the one that runs, or a dump of another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from drgn import MissingDebugInfoError, Object, Program
from drgn.helpers.linux.pid import find_task

from swapin.observe.drgn.errors import DrgnError


def opened(core: Path | None, symbols: Sequence[Path]) -> Program:
    """A program of drgn.

    :param core: a vmcore; ``None``: the kernel that runs.
    :param symbols: ``vmlinux`` with DWARF; none: where the distribution puts it.
    :raises DrgnError: this is no vmcore of Linux, or the debugging symbols are not its own.
    :raises OSError: it cannot be read.
    """
    prog = Program()
    try:
        if core is None:
            prog.set_kernel()
        else:
            prog.set_core_dump(core)
        prog.load_debug_info(list(symbols), main=not symbols)
        prog.type("struct swap_info_struct")
    except (MissingDebugInfoError, LookupError) as error:
        raise DrgnError(f"no debugging symbols of this kernel: {error}") from error
    except ValueError as error:
        raise DrgnError(f"`{core or 'the kernel'}` cannot be read: {error}") from error
    return prog


def task_of(prog: Program, pid: int) -> Object:
    """A task by its number in the first namespace.

    :raises DrgnError: there is none.
    """
    task = find_task(prog, pid)
    if not task:
        raise DrgnError(f"there is no task {pid}")
    return task
