"""What a thread can do to its page, one step at a time, and what the device does by itself.

Every step is one function from a state to a state. Where the kernel decides, the
:class:`~swapin.life.decide.Decider` is asked; the rest is bookkeeping of who refers to what.
"""

from __future__ import annotations

from collections.abc import Mapping

from swapin.life.decide import Decider
from swapin.life.state import Folio, Pte, Reference, Slot, State
from swapin.model import Effect, Event, LifeError


class Steps:
    """The steps of one kernel, architecture and device."""

    def __init__(self, decider: Decider) -> None:
        self.decider = decider

    # What a process does.

    def store(self, state: State, process: int, value: int) -> State:
        """Write to the page, by whatever faults that takes."""
        pte = _pte(state, process)
        if pte.folio < 0 and pte.slot < 0:
            made = _with_new_folio(state, process, Folio(value, exclusive=self._remembers))
            return _expecting(made, process, value)
        if pte.slot >= 0:
            state, write = self._swap_in(state, process, write=True)
            if write == "WRITE_NOT_ALLOWED":
                return state.marked("stopped")
            if write == "WRITE_COPIED":
                state = self._copied(state, process)
            elif write == "WRITE_REUSED":
                state = self._reused(state, process)
        elif not pte.writable:
            if pte.protected:
                return state.marked("stopped")
            state = self._write_protect_fault(state, process)
        return self._written(state, process, value)

    def load(self, state: State, process: int) -> tuple[State, int]:
        """Read the page: the state, and what is there. A page that never was reads as 0."""
        pte = _pte(state, process)
        if pte.slot >= 0:
            state, _ = self._swap_in(state, process, write=False)
        seen = state.seen(process)
        found = 0 if seen is None else seen
        if seen is not None and found != state.expected[process]:
            state = state.marked("stale")
        return state, found

    def fork(self, state: State, parent: int, child: int) -> State:
        """Make a process that shares what the parent has."""
        if state.ptes[child] is not None:
            raise LifeError(f"process P{child} is there already")
        pte = _pte(state, parent)
        expected = list(state.expected)
        expected[child] = expected[parent]
        state = state._replace(expected=tuple(expected))
        if pte.slot >= 0:
            effect = self._ask(Event.FORK_SWAPPED, state, parent)
            if effect is Effect.CLEAR:
                pte = pte._replace(marked=False)
            return state.with_pte(parent, pte).with_pte(child, pte._replace(protected=False))
        if pte.folio < 0:
            return state.with_pte(child, Pte())
        folio = state.folios[pte.folio]
        if self._ask(Event.FORK_PRESENT, state, parent) is Effect.COPY:
            made = Folio(folio.value, exclusive=self._remembers)
            return _with_new_folio(state, child, made)
        shared = pte._replace(writable=False)
        state = state.with_folio(pte.folio, folio._replace(exclusive=False))
        state = state.with_pte(parent, shared)
        return state.with_pte(child, shared._replace(protected=False))

    def exit(self, state: State, process: int) -> State:
        """End a process; what it pinned stays pinned, as a pipe or a device would keep it."""
        return state.with_pte(process, None)

    def unmap(self, state: State, process: int) -> State:
        """munmap(): nothing is at the address any more."""
        return state.with_pte(process, Pte())

    # References.

    def refer(self, state: State, process: int, *, write: bool, pinned: bool) -> State:
        """get_user_pages(): by FOLL_PIN or FOLL_GET, for reading or for writing."""
        if write:
            state = self.store(state, process, state.expected[process])
            if "stopped" in state.marks:
                return state
        else:
            state, _ = self.load(state, process)
            pte = _pte(state, process)
            if (
                pinned
                and pte.folio >= 0
                and self._ask(Event.PIN_READ, state, process) is Effect.UNSHARE
            ):
                state = self._write_protect_fault(state, process, unshare=True)
        pte = _pte(state, process)
        if pte.folio < 0:
            raise LifeError(f"P{process} has no page to refer to")
        folio = state.folios[pte.folio]
        held = tuple(sorted((*folio.references, Reference(process, pinned))))
        return state.with_folio(pte.folio, folio._replace(references=held))

    def release(self, state: State, process: int) -> State:
        """Give back every reference that a process took."""
        folios = tuple(
            f._replace(references=tuple(r for r in f.references if r.process != process))
            for f in state.folios
        )
        return state._replace(folios=folios)

    def read_reference(self, state: State, process: int) -> int:
        """What a process reads through the reference that it holds."""
        return state.folios[self._held(state, process)].value

    def write_reference(self, state: State, process: int, value: int) -> State:
        """A device writes through a reference (direct I/O); the process is to see it."""
        index = self._held(state, process)
        pte = state.ptes[process]
        sees = pte is not None and (
            pte.folio == index or (pte.slot >= 0 and state.folios[index].slot == pte.slot)
        )
        if not sees:
            state = state.marked("stale")
        state = self._changed(state, index, value, process)
        return _expecting(state, process, value) if sees else state

    def _held(self, state: State, process: int) -> int:
        for index, folio in enumerate(state.folios):
            if any(reference.process == process for reference in folio.references):
                return index
        raise LifeError(f"P{process} holds no reference")

    # What moves a page.

    def page_out(self, state: State, process: int) -> State:
        """MADV_PAGEOUT: as :meth:`reclaim`, but a page that is mapped twice is left alone."""
        pte = _pte(state, process)
        if pte.folio >= 0 and len(state.mappers(pte.folio)) > 1:
            return state.marked("refused")
        return self.reclaim(state, process)

    def reclaim(self, state: State, process: int) -> State:
        """Take a page from every process that maps it, and write it to the device."""
        index = _pte(state, process).folio
        if index < 0 or not state.swap:
            return state
        for mapper in state.mappers(index):
            effect = self._ask(Event.UNMAP, state, mapper)
            if effect is Effect.REFUSE:
                return state.marked("refused")
            folio = state.folios[index]
            if folio.slot < 0:
                folio = folio._replace(slot=len(state.slots), stored=False)
                state = state._replace(slots=(*state.slots, Slot()))
            state = state.with_folio(index, folio._replace(exclusive=False))
            pte = _pte(state, mapper)
            left = Pte(
                slot=folio.slot,
                marked=effect is Effect.MARK,
                protected=pte.protected,
                clean=pte.clean,
            )
            state = state.with_pte(mapper, left)
        folio = state.folios[index]
        if folio.stored:
            return state
        referenced = {"page.referenced": bool(folio.references)}
        if self.decider.effect(Event.WRITE_OUT, self._page(state, index, referenced)).effect is (
            Effect.REFUSE
        ):
            return state.marked("refused")
        state = state.with_slot(folio.slot, Slot(folio.value))
        writing = folio._replace(stored=True, writeback=self.decider.shows_writeback)
        return state.with_folio(index, writing)

    def written_back(self, state: State) -> list[State]:
        """The device ends a write: one state for each page that is under writeback."""
        return [
            state.with_folio(index, folio._replace(writeback=False))
            for index, folio in enumerate(state.folios)
            if folio.writeback
        ]

    def dropped(self, state: State) -> list[State]:
        """Reclaim frees a clean page that only the swap cache has left."""
        return [
            state.with_slot(folio.slot, Slot(folio.value)).with_folio(
                index, folio._replace(slot=-1, stored=False)
            )
            for index, folio in enumerate(state.folios)
            if folio.slot >= 0
            and folio.stored
            and not folio.writeback
            and not folio.references
            and not state.mappers(index)
            and state.swapped(folio.slot)
        ]

    def swapoff(self, state: State) -> State:
        """Bring everything back, wait for writeback, and take the device away."""
        for process, pte in enumerate(state.ptes):
            if pte is None or pte.slot < 0:
                continue
            index = state.cached(pte.slot)
            if index < 0:
                index = len(state.folios)
                read = Folio(state.slots[pte.slot].value, slot=pte.slot, stored=True)
                state = state._replace(folios=(*state.folios, read))
            restores = self._ask(Event.SWAPOFF, state, process) is Effect.RESTORE
            folio = state.folios[index]._replace(writeback=False)
            state = state.with_folio(index, folio._replace(exclusive=restores and pte.marked))
            # 5.10 loses the bits of the swap PTE; see also Event.SWAPOFF.
            back = Pte(
                folio=index,
                protected=pte.protected and restores,
                clean=pte.clean and restores,
            )
            state = state.with_pte(process, back)
        folios = tuple(f._replace(slot=-1, stored=False, writeback=False) for f in state.folios)
        return state._replace(folios=folios, swap=False)

    def swapon(self, state: State) -> State:
        """The device is in use again."""
        return state._replace(swap=True)

    def merge(self, state: State, process: int) -> State:
        """KSM shares the page with another of the same contents."""
        pte = _pte(state, process)
        if pte.folio < 0:
            return state.marked("refused")
        if self._ask(Event.MERGE, state, process) is Effect.REFUSE:
            return state.marked("refused")
        folio = state.folios[pte.folio]
        state = state.with_folio(pte.folio, folio._replace(exclusive=False, ksm=True))
        for mapper in state.mappers(pte.folio):
            state = state.with_pte(mapper, _pte(state, mapper)._replace(writable=False))
        return state

    def unmerge(self, state: State, process: int) -> State:
        """MADV_UNMERGEABLE: the process gets its page back for itself."""
        pte = _pte(state, process)
        if pte.slot >= 0:
            state, _ = self._swap_in(state, process, write=False)
            pte = _pte(state, process)
        if pte.folio >= 0 and state.folios[pte.folio].ksm:
            state = self._copied(state, process)
        return state

    def migrate(self, state: State, process: int) -> State:
        """The page moves to another page frame."""
        pte = _pte(state, process)
        if pte.folio < 0:
            return state
        if self._ask(Event.MIGRATE, state, process) is Effect.REFUSE:
            return state.marked("refused")
        return state

    def move(self, state: State, process: int) -> State:
        """UFFDIO_MOVE: the swap PTE goes to another address of the process."""
        if _pte(state, process).slot < 0:
            return state
        if self._ask(Event.MOVE_SWAPPED, state, process) is Effect.REFUSE:
            return state.marked("refused")
        return state

    def mremap(self, state: State, process: int) -> State:
        """Page or swap PTE go to another address, as they are."""
        pte = _pte(state, process)
        return state.with_pte(process, pte._replace(clean=False)) if pte.slot >= 0 else state

    def protect(self, state: State, process: int, on: bool) -> State:
        """Write-protect through userfaultfd, or end it."""
        pte = _pte(state, process)
        writable = pte.writable and not on
        return state.with_pte(process, pte._replace(protected=on, writable=writable))

    def clear_soft_dirty(self, state: State, process: int) -> State:
        """Clear the soft-dirty bit, so that the next store is noticed."""
        pte = _pte(state, process)
        return state.with_pte(process, pte._replace(clean=True, writable=False))

    # Faults.

    @property
    def _remembers(self) -> bool:
        return self.decider.marks_exclusive

    def _page(
        self, state: State, index: int, page: Mapping[str, bool] | None = None
    ) -> dict[str, bool]:
        folio = state.folios[index] if index >= 0 else Folio(0)
        return {
            "page.exclusive": folio.exclusive,
            "page.pinned": any(reference.pinned for reference in folio.references),
            "page.referenced": bool(folio.references),
            "pte.swp_exclusive": False,
            **(page or {}),
        }

    def _ask(self, event: Event, state: State, process: int) -> Effect:
        pte = _pte(state, process)
        page = self._page(state, pte.folio, {"pte.swp_exclusive": pte.marked})
        return self.decider.effect(event, page).effect

    def _swap_in(self, state: State, process: int, *, write: bool) -> tuple[State, str]:
        """Fault on a swap PTE: the page is mapped; what a write does is left to the caller."""
        pte = _pte(state, process)
        hit = state.cached(pte.slot)
        users = len(state.swapped(pte.slot)) + (len(state.mappers(hit)) if hit >= 0 else 0)
        folio = state.folios[hit] if hit >= 0 else Folio(state.slots[pte.slot].value)
        facts = {
            "access.write": write,
            "pte.swp_exclusive": pte.marked,
            "pte.uffd_wp": pte.protected,
            "vma.uffd_wp": pte.protected,
            "pte.soft_dirty": not pte.clean,
            "vma.soft_dirty_tracking": pte.clean,
            "swap_count": len(state.swapped(pte.slot)) == 1,
            "folio.swapcache_hit": hit >= 0,
            "folio.writeback": folio.writeback,
            "folio.ksm": folio.ksm,
            "folio.anon": hit >= 0,
            "folio.mapped": hit >= 0 and bool(state.mappers(hit)),
            "folio.extra_reference": bool(folio.references),
            "folio.sole_user": users == 1,
        }
        done = self.decider.swap_in(facts)
        if hit < 0:
            folio = folio._replace(slot=-1 if done.fresh else pte.slot, stored=not done.fresh)
            hit = len(state.folios)
            state = state._replace(folios=(*state.folios, folio))
        elif not done.cached:
            folio = folio._replace(slot=-1, stored=False)
        exclusive = folio.exclusive or (done.exclusive and self._remembers)
        state = state.with_folio(hit, folio._replace(exclusive=exclusive))
        mapped = Pte(folio=hit, writable=done.writable, protected=pte.protected, clean=pte.clean)
        return state.with_pte(process, mapped), done.write

    def _write_protect_fault(self, state: State, process: int, unshare: bool = False) -> State:
        """do_wp_page() on a page that is mapped read-only."""
        pte = _pte(state, process)
        folio = state.folios[pte.folio]
        swapped = state.swapped(folio.slot) if folio.slot >= 0 else []
        mappers = state.mappers(pte.folio)
        facts = {
            "access.write": True,
            "folio.fresh": False,
            "folio.ksm": folio.ksm,
            "folio.writeback": folio.writeback,
            "folio.writeback_ended": False,
            "folio.swapcache": folio.slot >= 0,
            "folio.mapped": len(mappers) > 1,
            "folio.sole_user": len(mappers) + len(swapped) == 1,
            "folio.extra_reference": bool(folio.references),
            "swap_count": not swapped,
        }
        if self.decider.reuses(facts, folio.exclusive):
            return self._reused(state, process, writable=not unshare)
        return self._copied(state, process, writable=not unshare)

    def _reused(self, state: State, process: int, writable: bool = True) -> State:
        pte = _pte(state, process)
        folio = state.folios[pte.folio]
        if not folio.exclusive and not folio.writeback:
            folio = folio._replace(slot=-1, stored=False)
        state = state.with_folio(pte.folio, folio._replace(exclusive=self._remembers))
        return state.with_pte(process, pte._replace(writable=writable)).marked("reused")

    def _copied(self, state: State, process: int, writable: bool = True) -> State:
        pte = _pte(state, process)
        old = state.folios[pte.folio]
        for reference in old.references:
            if reference.process == process:
                state = state.marked("pin-lost" if reference.pinned else "reference-lost")
        made = Folio(old.value, exclusive=self._remembers)
        return _with_new_folio(state, process, made, writable=writable).marked("copied")

    def _written(self, state: State, process: int, value: int) -> State:
        pte = _pte(state, process)
        state = state.with_pte(process, pte._replace(writable=True, clean=False))
        return _expecting(self._changed(state, pte.folio, value, process), process, value)

    def _changed(self, state: State, index: int, value: int, process: int) -> State:
        """A page gets other contents; whoever else sees it sees what is not his."""
        folio = state.folios[index]
        if folio.writeback and self.decider.stable_writes:
            state = state.marked("torn")
        if any(reference.process != process for reference in folio.references):
            state = state.marked("leak")
        others = [*state.mappers(index), *(state.swapped(folio.slot) if folio.slot >= 0 else ())]
        if any(other != process for other in others):
            state = state.marked("leak")
        return state.with_folio(index, folio._replace(value=value, stored=False))


def _pte(state: State, process: int) -> Pte:
    pte = state.ptes[process]
    if pte is None:
        raise LifeError(f"there is no process P{process}")
    return pte


def _expecting(state: State, process: int, value: int) -> State:
    expected = tuple(value if p == process else v for p, v in enumerate(state.expected))
    return state._replace(expected=expected)


def _with_new_folio(state: State, process: int, folio: Folio, writable: bool = True) -> State:
    state = state._replace(folios=(*state.folios, folio))
    return state.with_pte(process, Pte(folio=len(state.folios) - 1, writable=writable))
