"""Every life within a bound: whatever processes, reclaim and device can do, in every order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from swapin.life.decide import Decider
from swapin.life.explore import MOST_STATES, search
from swapin.life.state import BAD, MARKS, Reference, Slot, State, start
from swapin.life.steps import Steps

DEFAULT_STEPS = 10
"""Steps of a life that are gone through in some seconds."""

MOST_PROCESSES = 3

MOST_PAGES = 3

_MOST_REFERENCES = 1
"""References that a process takes at most at one time."""


RULES = {
    "exclusive-is-sole": "an exclusive page has one mapping at most, and no swap PTE refers to it",
    "writable-is-sole": "a page that is mapped writable has one mapping, and no swap PTE",
    "marked-is-sole": "a marked swap PTE is the only one of its slot",
    "ksm-is-shared": "a KSM page is neither exclusive nor writable",
    **{mark: f"it never happens that {MARKS[mark]}" for mark in BAD},
}
"""What must hold in every state, by name."""


@dataclass(frozen=True, slots=True)
class Lives:
    """What an exploration found."""

    kernel: str
    processes: int
    pages: int
    states: int
    complete: bool
    """Every life was gone through, however long."""
    cut: bool
    """There were more states than may be kept, so that not every life within the bound was."""
    broken: str
    """The rule that is broken first; empty if every rule holds."""
    life: tuple[str, ...]
    """A shortest life that breaks it."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "kernel": self.kernel,
            "processes": self.processes,
            "pages": self.pages,
            "states": self.states,
            "complete": self.complete,
            "cut": self.cut,
            "broken": self.broken,
            "meaning": RULES.get(self.broken, ""),
            "life": list(self.life),
        }


def explore(
    decider: Decider,
    *,
    processes: int = 2,
    pages: int = 1,
    steps: int | None = None,
    most: int = MOST_STATES,
    merged: bool = True,
    watch: Callable[[int, int], None] | None = None,
) -> Lives:
    """Look for the shortest life that breaks a rule.

    :param processes: processes at most, 1 to 3.
    :param pages: pages of the address space, 1 to 3; fork, exit and swapoff concern them all.
    :param steps: steps at most; ``None``: until nothing new comes.
    :param most: states that are kept at most.
    :param merged: take states that differ in the order of children or of pages for one.
    :param watch: told the number of states, and the steps gone, from time to time; what it raises
        ends the search.
    """
    world = _World(decider)
    alike = _merged if merged else _plain
    first = (start(processes),) * pages
    found = search(
        first,
        world.moves,
        alike=alike,
        most=most,
        deepest=steps,
        watch=watch,
        stop=lambda state: bool(_broken(state)),
    )
    wrong = next((state for state in reversed(found.reached) if _broken(state)), None)
    return Lives(
        kernel=decider.kernel.name,
        processes=processes,
        pages=pages,
        states=len(found.reached),
        complete=found.complete,
        cut=found.cut,
        broken=_broken(wrong) if wrong else "",
        life=tuple(_retold(world, first, alike, found.way(wrong))) if wrong else (),
    )


def _retold(
    world: _World,
    first: Pages,
    alike: Callable[[Pages], Pages],
    way: list[tuple[str, Pages]],
) -> Iterator[str]:
    """A life with its processes and pages in one order from beginning to end."""
    now = first
    for _, wanted in way:
        done, now = next((d, after) for d, after in world.moves(now) if alike(after) == wanted)
        now = _plain(now)
        yield done


Pages = tuple[State, ...]
"""What there is of each page; the processes and the device are the same in all."""


def _broken(pages: Pages) -> str:
    return next(filter(None, map(broken, pages)), "")


def broken(state: State) -> str:
    """The first rule that does not hold for a page; empty if all hold."""
    for mark in BAD:
        if mark in state.marks:
            return mark
    for index, folio in enumerate(state.folios):
        mappers = state.mappers(index)
        swapped = state.swapped(folio.slot) if folio.slot >= 0 else []
        writable = [p for p in mappers if (pte := state.ptes[p]) and pte.writable]
        if folio.exclusive and (len(mappers) > 1 or swapped):
            return "exclusive-is-sole"
        if writable and (len(mappers) > 1 or swapped):
            return "writable-is-sole"
        if folio.ksm and (folio.exclusive or writable):
            return "ksm-is-shared"
    for pte in state.ptes:
        if pte and pte.marked and len(state.swapped(pte.slot)) != 1:
            return "marked-is-sole"
    return ""


class _World:
    """The moves of every process, of reclaim and of the device."""

    def __init__(self, decider: Decider) -> None:
        self._steps = Steps(decider)

    def moves(self, pages: Pages) -> Iterator[tuple[str, Pages]]:
        yield from self._of_all(pages)
        for index, state in enumerate(pages):
            told = f" (page {index})" if len(pages) > 1 else ""
            for done, after in self._of_page(state):
                yield f"{done}{told}", (*pages[:index], after, *pages[index + 1 :])

    def _of_page(self, state: State) -> Iterator[tuple[str, State]]:
        """What concerns one page alone."""
        steps = self._steps
        for process, pte in enumerate(state.ptes):
            if pte is None:
                continue
            who = f"P{process}"
            # A value that nobody has, so that a stranger's is known for one.
            value = 1 + max([*state.expected, *(folio.value for folio in state.folios)])
            yield f"{who}: store", steps.store(state, process, value)
            if pte.folio < 0 and pte.slot < 0:
                continue
            yield f"{who}: load", steps.load(state, process)[0]
            if pte.folio >= 0:
                yield f"{who}: reclaim", steps.reclaim(state, process)
                yield f"{who}: merge", steps.merge(state, process)
            yield from self._references(state, process)
        for after in steps.written_back(state):
            yield "the device ends its write", after
        for after in steps.dropped(state):
            yield "reclaim frees the page", after

    def _of_all(self, pages: Pages) -> Iterator[tuple[str, Pages]]:
        """What concerns every page of a process, or of the device."""
        steps, first = self._steps, pages[0]
        free = [p for p, pte in enumerate(first.ptes) if pte is None]
        for process in range(len(first.ptes)):
            there = [pte for state in pages if (pte := state.ptes[process])]
            if not any(pte.folio >= 0 or pte.slot >= 0 for pte in there):
                continue
            if free and not any(_held(state, free[0]) for state in pages):
                after = tuple(steps.fork(state, process, free[0]) for state in pages)
                yield f"P{process}: fork P{free[0]}", after
            if process:
                yield f"P{process}: exit", tuple(steps.exit(state, process) for state in pages)
        if first.swap and any(state.slots for state in pages):
            yield "P0: swapoff", tuple(map(steps.swapoff, pages))
        elif not first.swap:
            yield "P0: swapon", tuple(map(steps.swapon, pages))

    def _references(self, state: State, process: int) -> Iterator[tuple[str, State]]:
        steps, who = self._steps, f"P{process}"
        held = _held(state, process)
        if len(held) < _MOST_REFERENCES:
            yield f"{who}: get-read", steps.refer(state, process, write=False, pinned=False)
            yield f"{who}: pin-read", steps.refer(state, process, write=False, pinned=True)
            yield f"{who}: pin-write", steps.refer(state, process, write=True, pinned=True)
        else:
            yield f"{who}: release", steps.release(state, process)


def _held(state: State, process: int) -> list[int]:
    return [
        index
        for index, folio in enumerate(state.folios)
        if any(reference.process == process for reference in folio.references)
    ]


def _plain(pages: Pages) -> Pages:
    return tuple(map(_bare, pages))


def _bare(state: State) -> State:
    """The state without what is no matter: marks of no harm, and which values there are."""
    state = state.canonical()
    slots = list(state.slots)
    for folio in state.folios:
        if folio.slot >= 0:
            # What the device has is not read while the page is in the swap cache, and is the
            # same as the page has if that is ever freed.
            slots[folio.slot] = Slot()
    expected = [
        value if pte is not None else 0
        for value, pte in zip(state.expected, state.ptes, strict=True)
    ]
    values: dict[int, int] = {0: 0, -1: -1}

    def value(old: int) -> int:
        return values.setdefault(old, len(values) - 1)

    return State(
        ptes=state.ptes,
        folios=tuple(folio._replace(value=value(folio.value)) for folio in state.folios),
        slots=tuple(Slot(value(slot.value)) for slot in slots),
        swap=state.swap,
        expected=tuple(map(value, expected)),
        marks=state.marks.intersection(BAD),
    )


def _merged(pages: Pages) -> Pages:
    """One state of all that differ by the order of children or pages alone."""
    children = range(1, len(pages[0].ptes))
    orders = [(0, *order) for order in permutations(children)]
    alike = (
        sorted((_bare(_reordered(state, order)) for state in pages), key=_key) for order in orders
    )
    return tuple(min(alike, key=lambda states: list(map(_key, states))))


def _reordered(state: State, order: tuple[int, ...]) -> State:
    if order == tuple(range(len(order))):
        return state
    place = {old: new for new, old in enumerate(order)}

    def moved(reference: Reference) -> Reference:
        return reference._replace(process=place[reference.process])

    return state._replace(
        ptes=tuple(state.ptes[old] for old in order),
        folios=tuple(
            folio._replace(references=tuple(sorted(map(moved, folio.references))))
            for folio in state.folios
        ),
        expected=tuple(state.expected[old] for old in order),
    )


def _key(state: State) -> tuple[object, ...]:
    ptes = tuple(pte or () for pte in state.ptes)
    return (ptes, state.folios, state.slots, state.swap, state.expected, sorted(state.marks))
