"""Yardsticks by themselves: no engine is asked here.

Every release answers in the documented keys and values; and, an era at a time, states whose
answer was worked out by hand from that kernel's text, each one step away from ``EASY``.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest

from yardsticks.choose import READ, RELEASES, yardstick_for

V2 = "v2-posted"
ENTRIES = (*(name for name in READ if name.startswith("pte.entry.")), "pte.entry.bad")
PATHS = {
    "MAPPED",
    "MIGRATION",
    "DEVICE_PRIVATE",
    "DEVICE_EXCLUSIVE",
    "MISSING",
    "POISONED",
    "GUARD",
    "BUS_ERROR",
    "OUT_OF_MEMORY",
    "RETRIED",
    "RACED",
    "UNDETERMINED",
}
ENDED = {
    "exclusive": False,
    "mapped_exclusive": False,
    "pte_writable": False,
    "write": "NOT_ALLOWED",
}

EASY = dict.fromkeys((*READ, "pte.entry.bad"), False) | dict.fromkeys(
    (
        "folio.allocated",
        "folio.anon",
        "folio.entry_matches",
        "folio.locked",
        "folio.sole_user",
        "folio.swapcache",
        "folio.swapcache_hit",
        "folio.uptodate",
        "pte.entry.swap",
        "pte.same",
        "pte.swp_exclusive",
        "swap_count",
        "swap_device.available",
        "swap_slot.claimed",
        "vma.writable",
    ),
    True,
)
"""A read of an owned page that is still in the swap cache, in a writable VMA; all goes well."""

# Steps away from EASY: `+` makes a fact yes, `-` makes it no, `=` names another kind of entry.
WRITE = "+access.write"
UNMARKED = "-pte.swp_exclusive"
LATE = "+folio.writeback"
ENDED_SINCE = f"{LATE} +folio.writeback_ended"
STABLE = "+swap_device.stable_writes"
UNCACHED = "-folio.swapcache"
MISS = "-folio.swapcache_hit"
BYPASS = f"{MISS} +swap_device.synchronous_io {UNCACHED} -folio.anon"
COPY = f"+folio.ksm_copy {UNCACHED} -folio.anon {UNMARKED}"
LARGE = "+folio.large"
WHOLE = "+folio.large +folio.range_matches"
CHANGED = "-pte.same"
NO_MEMORY = "-folio.allocated"
UNLOCKED = "-folio.locked"
POISON = "+folio.hwpoison"
VMA_LOCK = "+access.vma_lock"
UFFD = "+pte.uffd_wp +vma.uffd_wp"


def stepped(steps: str) -> dict[str, bool]:
    state = dict(EASY)
    for step in steps.split():
        sign, name = step[0], step[1:]
        if sign == "=":
            state |= dict.fromkeys(ENTRIES, False)
            name = f"pte.entry.{name}"
        assert name in state, step
        state[name] = sign != "-"
    return state


def some_states(count: int) -> Iterator[dict[str, bool]]:
    """Half of them anything at all, half of them a few steps away from EASY."""
    source = random.Random("yardsticks")
    names = [name for name in READ if name not in ENTRIES]
    for number in range(count):
        state = dict(EASY)
        for name in names:
            if source.random() < (0.5 if number % 2 else 0.12):
                state[name] = not state[name]
        if source.random() < 0.3:
            state |= dict.fromkeys(ENTRIES, False)
            state[source.choice(ENTRIES)] = True
        yield state


@pytest.mark.parametrize("release", [*RELEASES, V2])
def test_answers_are_the_documented_ones(release: str) -> None:
    """The same five outcomes in every release; only a mapped page has more than a path."""
    decide = yardstick_for(release)
    seen = set()
    for state in some_states(2000):
        found = decide(state)

        assert [*found] == ["path", *ENDED]
        path = found.pop("path")
        assert path in PATHS
        seen.add(path)
        assert found["write"] in {"IN_PLACE", "REUSED", "COPIED", "NOT_ALLOWED"}
        assert all(isinstance(found[name], bool) for name in ENDED if name != "write")
        assert path == "MAPPED" or found == ENDED
    assert {"MAPPED", "RACED", "RETRIED", "OUT_OF_MEMORY", "BUS_ERROR"} <= seen


def test_every_key_of_a_state_is_read() -> None:
    """READ lists what some yardstick asks for, nothing less and nothing more."""
    asked = set()

    class Watched(dict[str, bool]):
        def __getitem__(self, name: str) -> bool:
            asked.add(name)
            return super().__getitem__(name)

    for release in RELEASES:
        for state in some_states(3000):
            yardstick_for(release)(Watched(state))

    assert set(READ) == asked


CHANGES = (
    *("5.14", "5.18", "5.19"),
    *("6.1", "6.2", "6.3", "6.4", "6.6", "6.7", "6.8", "6.10", "6.11", "6.12", "6.13", "6.15"),
    *("6.18", "7.0", "7.3"),
)


def test_releases_differ_where_they_should() -> None:
    """A release answers as the one before, or is listed as one that changes something."""
    states = list(some_states(4000))
    answers = {name: [yardstick_for(name)(state) for state in states] for name in RELEASES}

    found = [
        name for before, name in itertools.pairwise(RELEASES) if answers[before] != answers[name]
    ]
    assert list(CHANGES) == found


@pytest.mark.parametrize(
    ("release", "variant", "message"),
    [
        ("5.9", None, "unknown release '5.9'"),
        ("6.1", "v3", "unknown variant 'v3'"),
        ("6.11", V2, "release 6.11 has no variant 'v2-posted'"),
        ("5.18", V2, "release 5.18 has no variant 'v2-posted'"),
    ],
)
def test_what_has_no_yardstick(release: str, variant: str | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        yardstick_for(release, variant)


def mapped(
    write: str, *, marked: bool = False, exclusive: bool = False, writable: bool = False
) -> dict[str, object]:
    """A mapped page: the marker decision, PG_anon_exclusive or the rmap flag, and the PTE."""
    return {
        "path": "MAPPED",
        "exclusive": marked,
        "mapped_exclusive": exclusive,
        "pte_writable": writable,
        "write": write,
    }


def owned(write: str, *, writable: bool = False) -> dict[str, object]:
    return mapped(write, marked=True, exclusive=True, writable=writable)


def ended(path: str) -> dict[str, object]:
    return {"path": path, **ENDED}


SHARED_COPIED = mapped("COPIED")
SHARED_REUSED = mapped("REUSED")
E0_REUSED = mapped("IN_PLACE", exclusive=True, writable=True)

# Release, steps away from EASY, answer, line of reasoning.
BY_HAND: dict[str, list[tuple[str, str, dict[str, object], str]]] = {
    "5.10 to 5.17": [
        ("5.10", "", SHARED_COPIED, "a read asks nothing; the store finds the cache's reference"),
        ("5.10", "+folio.swap_full", SHARED_REUSED, "the cache is freed after mapping: count 1"),
        (
            "5.10",
            "+folio.swap_full +folio.large +folio.other_slots",
            SHARED_COPIED,
            "page_swapped() looks at every slot of a large page: it stays in the cache",
        ),
        ("5.10", f"{WRITE} {UNCACHED}", E0_REUSED, "count 1, no writeback: taken from the cache"),
        ("5.10", f"{WRITE} -folio.sole_user", SHARED_COPIED, "count 2: no reuse, then copied"),
        ("5.10", f"{WRITE} {LATE} {STABLE}", SHARED_COPIED, "count 1, but stable writes: false"),
        ("5.10", f"{WRITE} {LATE}", E0_REUSED, "count 1 under writeback that nobody minds"),
        (
            "5.10",
            f"{WRITE} {LATE} {STABLE} {LARGE}",
            SHARED_COPIED,
            "a large page whose other slots are free is tested like a small one",
        ),
        (
            "5.10",
            f"{WRITE} {LATE} {STABLE} {LARGE} +folio.other_slots",
            E0_REUSED,
            "other slots in use: no test of stable writes, and count <= 1 is returned",
        ),
        ("5.10", f"{WRITE} {BYPASS} -folio.sole_user", E0_REUSED, "past the cache the count is 0"),
        (
            "5.10",
            f"{WRITE} {COPY} -folio.sole_user",
            E0_REUSED,
            "a KSM copy is outside the cache: count 0",
        ),
        (
            "5.10",
            f"{WRITE} {UNCACHED} {UFFD} +vma.uffd_wp_async",
            mapped("NOT_ALLOWED", exclusive=True),
            "uffd-wp takes the permission back, and has no asynchronous mode yet",
        ),
        ("5.10", f"{MISS} {NO_MEMORY}", ended("OUT_OF_MEMORY"), "no page, same PTE"),
        ("5.10", f"{MISS} {NO_MEMORY} {CHANGED}", ended("RACED"), "readahead: the PTE is asked"),
        (
            "5.10",
            f"{BYPASS} {NO_MEMORY} {CHANGED}",
            ended("UNDETERMINED"),
            "no page backs out, a failed charge is out of memory at once",
        ),
        ("5.10", f"{POISON} {UNLOCKED}", ended("POISONED"), "a poisoned hit ends before the lock"),
        ("5.10", f"{POISON} {MISS}", SHARED_COPIED, "poison is only asked of a hit"),
        ("5.10", f"{COPY} {NO_MEMORY} {CHANGED}", ended("OUT_OF_MEMORY"), "copy before pte_same()"),
        ("5.13", "-swap_device.available", SHARED_COPIED, "no get_swap_device() yet"),
        ("5.14", "-swap_device.available", ended("RACED"), "get_swap_device() fails in swapoff"),
        ("5.13", "=device_exclusive", ended("BUS_ERROR"), "print_bad_pte(): no such type yet"),
        ("5.14", "=device_exclusive", ended("DEVICE_EXCLUSIVE"), "restored"),
        ("5.14", f"=device_exclusive {UNLOCKED}", ended("RETRIED"), "lock_page_or_retry() first"),
        ("5.14", f"=device_private {CHANGED}", ended("DEVICE_PRIVATE"), "no second look"),
    ],
    "5.18": [
        ("5.18", "", SHARED_REUSED, "do_wp_page() frees the cache: count 1"),
        ("5.18", f"{WRITE} {UNCACHED} +folio.sole_reference", E0_REUSED, "the only reference"),
        ("5.18", f"{WRITE} {LATE}", SHARED_COPIED, "writeback keeps the cache: count 2"),
        ("5.18", f"{WRITE} {ENDED_SINCE}", SHARED_REUSED, "it ended in time: count 1"),
        ("5.18", f"{WRITE} {LATE} {STABLE}", SHARED_COPIED, "and stable writes are not asked"),
        ("5.18", f"{WRITE} {BYPASS}", E0_REUSED, "past the cache: fresh"),
        ("5.18", f"{WRITE} {COPY}", E0_REUSED, "a KSM copy is fresh"),
        ("5.18", COPY, mapped("REUSED", exclusive=True), "page_add_new_anon_rmap() on a read"),
        ("5.18", f"{WRITE} +folio.ksm", SHARED_COPIED, "KSM is never reused"),
        ("5.18", "+folio.extra_reference", SHARED_COPIED, "count 3, more than 1 + cached"),
        ("5.18", "+folio.lru_batched", SHARED_REUSED, "count 3, drained to 2, then the cache goes"),
        ("5.18", "-swap_count", SHARED_COPIED, "another swap PTE keeps the cache"),
        ("5.18", LARGE, SHARED_COPIED, "the cache holds a reference a page: more than 3"),
        ("5.18", f"{LARGE} {UNCACHED}", SHARED_REUSED, "the last page reuses the large one"),
        ("5.18", "-folio.entry_matches", ended("RACED"), "no longer this entry's page"),
        (
            "5.18",
            f"{WRITE} {BYPASS} -folio.entry_matches",
            E0_REUSED,
            "which is not asked past the cache",
        ),
        ("5.18", f"-folio.uptodate {CHANGED}", ended("RACED"), "pte_same() before uptodate"),
        ("5.18", "=marker_uffd_wp", ended("BUS_ERROR"), "print_bad_pte(): no markers yet"),
        ("5.18", f"=device_exclusive {CHANGED}", ended("RACED"), "compared before restoring"),
    ],
    "5.19 to 6.10": [
        ("6.1", "", owned("REUSED"), "marked on a read too, read-only until the store"),
        ("6.1", WRITE, owned("IN_PLACE", writable=True), "marked: writable at once"),
        ("6.1", f"{WRITE} {LATE}", owned("IN_PLACE", writable=True), "nobody minds the writeback"),
        ("6.1", f"{WRITE} {LATE} {STABLE}", SHARED_COPIED, "dropped; writeback keeps the cache"),
        ("6.1", f"{WRITE} {ENDED_SINCE} {STABLE}", SHARED_REUSED, "dropped; then it ended"),
        (V2, f"{WRITE} {LATE} {STABLE}", owned("IN_PLACE", writable=True), "the bug of v2"),
        (V2, f"{WRITE} {LATE}", SHARED_COPIED, "v2 drops where nobody minds"),
        ("6.1", UNMARKED, SHARED_REUSED, "unmarked, but nobody else has it"),
        (
            "6.1",
            f"{UNMARKED} {UNCACHED} +folio.sole_reference",
            mapped("REUSED", exclusive=True),
            "count 1 after the cache was freed",
        ),
        ("6.1", f"{BYPASS} {UNMARKED}", owned("REUSED"), "past the cache: fresh"),
        ("6.9", f"{LARGE} {UNMARKED} {UNCACHED}", SHARED_REUSED, "the last page reuses it all"),
        ("6.10", f"{LARGE} {UNMARKED} {UNCACHED}", SHARED_COPIED, "the last page may not"),
        ("6.10", LARGE, owned("REUSED"), "a marked page of a large folio is not asked"),
        ("6.6", f"{UFFD} +vma.uffd_wp_async", owned("NOT_ALLOWED"), "no asynchronous mode yet"),
        ("6.7", f"{UFFD} +vma.uffd_wp_async", owned("REUSED"), "the bit is dropped"),
        ("6.1", "=swapin_error", ended("BUS_ERROR"), "a type of its own"),
        ("6.1", "=marker_uffd_wp", ended("BUS_ERROR"), "markers are for files"),
        ("6.3", "=marker_uffd_wp +vma.uffd_wp", ended("MISSING"), "cleared, being anonymous"),
        ("6.3", f"=marker_uffd_wp {CHANGED} +vma.uffd_wp", ended("RACED"), "not cleared: changed"),
        ("6.6", f"=marker_uffd_wp {CHANGED} +vma.uffd_wp", ended("MISSING"), "do_pte_missing()"),
        ("6.5", "=marker_poisoned", ended("BUS_ERROR"), "a swapin error marker"),
        ("6.6", "=marker_poisoned", ended("POISONED"), "a poisoned marker"),
        ("6.9", "=marker_guard", ended("BUS_ERROR"), "an unknown marker"),
        ("6.0", f"=device_private {CHANGED}", ended("DEVICE_PRIVATE"), "no second look"),
        ("6.1", f"=device_private {CHANGED}", ended("RACED"), "compared under the lock"),
        ("6.5", f"=migration {VMA_LOCK}", ended("RETRIED"), "nothing runs under the VMA lock"),
        ("6.6", f"=migration {VMA_LOCK}", ended("MIGRATION"), "now it does"),
        ("6.6", f"=device_private {VMA_LOCK}", ended("RETRIED"), "except migrate_to_ram()"),
        ("6.2", f"{COPY} {MISS} {POISON}", owned("REUSED"), "poison is copied"),
        ("6.3", f"{COPY} {MISS} {POISON}", ended("POISONED"), "-EHWPOISON from the copy"),
        ("6.7", f"{BYPASS} -swap_slot.claimed", owned("REUSED"), "slots are not claimed yet"),
        (
            "6.8",
            f"{BYPASS} -swap_slot.claimed {NO_MEMORY}",
            ended("RACED"),
            "the claim comes before the allocation",
        ),
        ("6.8", f"{BYPASS} {NO_MEMORY} {CHANGED}", ended("UNDETERMINED"), "folio or charge"),
    ],
    "6.11 to 6.17": [
        ("6.11", "", owned("IN_PLACE", writable=True), "a read maps it writable"),
        ("6.12", "-vma.writable", owned("NOT_ALLOWED"), "no VM_WRITE, no write bit"),
        ("6.12", f"{WRITE} -vma.writable", owned("REUSED"), "FOLL_FORCE goes to do_wp_page()"),
        ("6.12", f"{LATE} {STABLE}", SHARED_COPIED, "dropped: the store copies under writeback"),
        ("6.12", "+vma.soft_dirty_tracking", owned("REUSED"), "a clean PTE is to fault once more"),
        ("6.12", f"{WRITE} {UFFD}", owned("NOT_ALLOWED"), "refused, flag kept: handle_userfault()"),
        ("6.12", "+pte.uffd_wp", owned("IN_PLACE", writable=True), "a stale bit does not block"),
        (
            "6.11",
            f"{BYPASS} {NO_MEMORY} {CHANGED}",
            ended("UNDETERMINED"),
            "6.11 still charges after it allocated",
        ),
        (
            "6.12",
            f"{BYPASS} {NO_MEMORY} {CHANGED}",
            ended("RACED"),
            "alloc_swap_folio() charges: one way to fail",
        ),
        (
            "6.12",
            f"{BYPASS} {NO_MEMORY} -swap_slot.claimed",
            ended("OUT_OF_MEMORY"),
            "the allocation comes before the claim",
        ),
        ("6.12", f"{BYPASS} -swap_slot.claimed", ended("RACED"), "swapcache_prepare() failed"),
        ("6.12", f"{BYPASS} {LARGE}", ended("RACED"), "read large, and the range changed since"),
        ("6.12", f"{BYPASS} {WHOLE}", owned("IN_PLACE", writable=True), "read and mapped large"),
        ("6.12", f"{LARGE} {UNMARKED}", SHARED_COPIED, "one page of it is mapped, never reused"),
        ("6.14", f"{WHOLE} {UNMARKED} +folio.large_reusable", SHARED_COPIED, "large is refused"),
        ("6.15", f"{WHOLE} {UNMARKED} +folio.large_reusable", SHARED_REUSED, "large is asked"),
        ("6.15", f"{WHOLE} {UNMARKED}", SHARED_COPIED, "and says no"),
        ("6.12", "=marker_guard", ended("BUS_ERROR"), "an unknown marker"),
        ("6.13", "=marker_guard", ended("GUARD"), "SIGSEGV"),
        ("6.14", f"=device_private {UNLOCKED}", ended("DEVICE_PRIVATE"), "no page lock"),
        ("6.15", f"=device_private {UNLOCKED}", ended("RETRIED"), "trylock_page() failed"),
        ("6.17", f"{POISON} {UNLOCKED}", ended("POISONED"), "a poisoned hit ends before the lock"),
    ],
    "6.18 and 6.19": [
        ("6.18", "", owned("IN_PLACE", writable=True), "a read maps it writable"),
        ("6.18", f"{POISON} {UNLOCKED}", ended("RETRIED"), "the lock comes before poison"),
        ("6.18", f"{POISON} -folio.entry_matches", ended("RACED"), "and so does the match"),
        ("6.18", f"{POISON} {MISS}", ended("POISONED"), "readahead's folio is asked too"),
        (
            "6.18",
            f"{POISON} {BYPASS}",
            owned("IN_PLACE", writable=True),
            "a folio read past the cache is not",
        ),
        ("6.18", f"{POISON} {COPY} {NO_MEMORY}", ended("POISONED"), "poison before the copy"),
        ("6.18", f"{COPY} {NO_MEMORY}", ended("OUT_OF_MEMORY"), "the copy was not had"),
        ("6.19", f"{BYPASS} {UNMARKED}", owned("IN_PLACE", writable=True), "still fresh"),
        ("6.19", f"{BYPASS} {LARGE}", ended("RACED"), "read large, and the range changed since"),
        ("6.19", f"{LARGE} -folio.anon", owned("IN_PLACE", writable=True), "only warned about"),
        (
            "6.19",
            f"{UNMARKED} {UNCACHED} +folio.sole_reference",
            mapped("IN_PLACE", exclusive=True, writable=True),
            "count 1 after the cache was freed",
        ),
        ("6.19", f"{WRITE} {UNMARKED} +folio.mapped", SHARED_COPIED, "another mapping: count 3"),
        ("6.19", f"{LATE} {STABLE}", SHARED_COPIED, "dropped: the store copies under writeback"),
        (
            "6.19",
            f"{BYPASS} -swap_count -swap_slot.claimed +folio.swapcache",
            owned("IN_PLACE", writable=True),
            "count 2: readahead, which claims nothing here",
        ),
    ],
    "7.0 to 7.2": [
        ("7.0", "", owned("IN_PLACE", writable=True), "marked: a read maps it writable"),
        (
            "7.0",
            f"{BYPASS} {UNMARKED} +folio.swapcache",
            SHARED_REUSED,
            "no bypass: not fresh; a synchronous device's cache is freed after mapping",
        ),
        ("7.0", f"{BYPASS} -swap_slot.claimed", owned("IN_PLACE", writable=True), "no claim"),
        ("7.2", f"{MISS} {NO_MEMORY} {CHANGED}", ended("RACED"), "no folio: the PTE is compared"),
        ("7.2", f"{POISON} {MISS}", ended("POISONED"), "every folio is asked, under the lock"),
        ("7.2", f"{POISON} {UNLOCKED}", ended("RETRIED"), "the lock comes first"),
        ("7.2", f"{LARGE} -folio.anon", ended("RACED"), "no anon_vma, not whole: dropped"),
        ("7.2", LARGE, owned("IN_PLACE", writable=True), "with an anon_vma one page is mapped"),
        (
            "7.2",
            f"{WHOLE} -folio.anon",
            owned("IN_PLACE", writable=True),
            "without one, whole: mapped",
        ),
        ("7.2", f"{LARGE} -folio.anon {CHANGED}", ended("RACED"), "the PTE is compared before"),
        ("7.2", f"{COPY} {WRITE}", owned("IN_PLACE", writable=True), "a copy is fresh"),
        ("7.2", f"{WRITE} {UNMARKED} {LATE}", SHARED_COPIED, "writeback keeps the cache"),
        ("7.2", f"{WRITE} {UNMARKED}", SHARED_REUSED, "do_wp_page() frees the cache: count 1"),
        ("7.2", f"{WRITE} {UNMARKED} -swap_count", SHARED_COPIED, "another swap PTE keeps it"),
        ("7.2", f"{WHOLE} {UNMARKED} +folio.large_reusable", SHARED_REUSED, "large is asked"),
        ("7.2", "=marker_poisoned +vma.uffd_wp", ended("POISONED"), "poison before uffd-wp"),
        ("7.2", f"=marker_uffd_wp {CHANGED}", ended("RACED"), "unregistered, and changed since"),
        (
            "7.2",
            f"=device_private {VMA_LOCK} {CHANGED}",
            ended("RETRIED"),
            "the VMA lock comes before the PTE",
        ),
    ],
    "7.3": [
        ("7.3", "", owned("IN_PLACE", writable=True), "marked: a read maps it writable"),
        ("7.3", WRITE, owned("IN_PLACE", writable=True), "and a write, whose flag is kept"),
        (
            "7.3",
            f"{UNMARKED} {UNCACHED} +folio.sole_reference",
            SHARED_REUSED,
            "no reference is counted before mapping",
        ),
        ("7.3", f"{WRITE} {ENDED_SINCE} {STABLE}", SHARED_REUSED, "dropped; then it ended"),
        ("7.3", f"{WRITE} {LATE} {STABLE}", SHARED_COPIED, "dropped; writeback keeps the cache"),
        ("7.3", "+pte.uffd_wp +vma.uffd_rwp", owned("NOT_ALLOWED"), "restored PROT_NONE"),
        (
            "7.3",
            f"{WRITE} {UNMARKED} +pte.uffd_wp +vma.uffd_rwp",
            mapped("NOT_ALLOWED"),
            "PROT_NONE is not copied either",
        ),
        ("7.3", f"{WRITE} -vma.writable", owned("REUSED"), "FOLL_FORCE: PTE not writable"),
        ("7.3", f"{UNMARKED} +folio.lru_batched", SHARED_REUSED, "count 3 allowed, then drained"),
        (
            "7.3",
            f"{UNMARKED} +folio.extra_reference",
            SHARED_COPIED,
            "on the LRU list: 3 is more than 1 + cached",
        ),
        ("7.3", f"{WHOLE} {UNMARKED}", SHARED_COPIED, "a large folio is asked, and says no"),
        ("7.3", f"{LARGE} -folio.anon", ended("RACED"), "no anon_vma, not whole: dropped"),
        ("7.3", f"{COPY} {LATE} {STABLE}", owned("IN_PLACE", writable=True), "a copy is fresh"),
        ("7.3", "+folio.ksm", SHARED_COPIED, "KSM: the marker is ignored"),
        ("7.3", f"{UNLOCKED} {POISON}", ended("RETRIED"), "the lock comes before poison"),
        ("7.3", f"=device_exclusive {VMA_LOCK}", ended("DEVICE_EXCLUSIVE"), "under either lock"),
    ],
}


@pytest.mark.parametrize(
    ("release", "steps", "answer"),
    [
        pytest.param(release, steps, answer, id=f"{release}: {steps or 'easy'}: {reason}")
        for rows in BY_HAND.values()
        for release, steps, answer, reason in rows
    ],
)
def test_by_hand(release: str, steps: str, answer: dict[str, object]) -> None:
    """What that kernel does, a few steps away from the easy case."""
    assert answer == yardstick_for(release)(stepped(steps))


def test_every_era_has_its_dozen() -> None:
    assert all(len(rows) >= 12 for rows in BY_HAND.values())
