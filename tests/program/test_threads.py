"""One program in many threads gives the verdicts that it gives in one."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from swapin.catalog import Catalog
from swapin.model import FaultError
from swapin.program import Program
from swapin.program.diagram import Diagrams

THREADS = 4


class Hesitant(list[int]):
    """A list that lets other threads in between its length and what is done with it."""

    def __len__(self) -> int:
        length = super().__len__()
        time.sleep(0.001)
        return length


def test_nodes_of_threads_are_kept_apart() -> None:
    """Threads that add nodes to one diagram at a time get a node each, with its own value."""
    diagrams = Diagrams(("folio.ksm",))
    diagrams.level = Hesitant(diagrams.level)
    start = Barrier(THREADS)

    def add(number: int) -> int:
        start.wait()
        return diagrams.leaf(number)

    with ThreadPoolExecutor(THREADS) as pool:
        nodes = list(pool.map(add, range(THREADS)))

    assert [*range(THREADS)] == [diagrams.value[node] for node in nodes]


def answer(program: Program, fault: dict[str, Any]) -> str:
    try:
        return program.evaluate(fault).to_json()
    except FaultError as error:
        return str(error)


def test_threads_agree(catalog: Catalog) -> None:
    """Threads that meet in a program not used before get what a thread alone gets."""
    names = [n for n in catalog.facts if n.startswith(("folio.", "vma."))][:16]
    faults = [{"kernel": {"release": "6.1"}, "extension_facts": {name: True}} for name in names]
    alone = Program(catalog)
    expected = [answer(alone, fault) for fault in faults]
    shared, start = Program(catalog), Barrier(THREADS)

    def all_of_them(number: int) -> list[str]:
        # Each begins elsewhere, so that they add different things at a time.
        at = number * len(faults) // THREADS
        start.wait()
        told = [answer(shared, fault) for fault in faults[at:] + faults[:at]]
        return told[len(faults) - at :] + told[: len(faults) - at]

    with ThreadPoolExecutor(THREADS) as pool:
        assert [expected] * THREADS == list(pool.map(all_of_them, range(THREADS)))
