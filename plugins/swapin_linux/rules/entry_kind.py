"""The swap PTE holds no genuine swap entry: the fault never comes to the swap code.

Each kind of entry has an end of its own. Under the per-VMA lock a device private page cannot be
brought back, and 6.4 and 6.5 did not even look at the entry: both retry with the mmap lock.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Expression, Outcome, Rule, Source, access, claim, folio, kernel, pte, vma
from swapin_linux.facts.pte import ENTRY

DO_SWAP_PAGE = Source("mm/memory.c", "do_swap_page")

UNLOOKED: Expression = kernel.vma_lock_retry & access.vma_lock
"""The fault is retried before its entry is looked at."""

EXCLUSIVE: Expression = ENTRY.one_of("device_exclusive") & ~UNLOOKED
REMOVE = Source("mm/memory.c", "remove_device_exclusive_entry", since="5.14")

UFFD_MARKER: Expression = ENTRY.one_of("marker_uffd_wp") & ~UNLOOKED
LEFTOVER: Expression = ~pte.same & ~(kernel.uffd_wp_unpopulated & vma.uffd_wp)
"""The marker is only to be cleared, and is gone already."""

PRIVATE: Expression = ENTRY.one_of("device_private") & ~UNLOOKED
REACHED_PRIVATE: Expression = PRIVATE & ~access.vma_lock
CHANGED: Expression = kernel.device_private_rechecks & ~pte.same
BUSY: Expression = kernel.device_private_locks & ~folio.locked

RULES = (
    claim(
        Outcome.PATH_MIGRATION,
        id="entry.migration",
        when=ENTRY.one_of("migration") & ~UNLOOKED,
        because="it is a migration entry: migration_entry_wait()",
        source=DO_SWAP_PAGE,
    ),
    claim(
        Outcome.PATH_DEVICE_EXCLUSIVE,
        id="entry.device-exclusive",
        when=EXCLUSIVE & folio.locked & pte.same,
        because="it is a device exclusive entry, and is restored",
        source=REMOVE,
    ),
    claim(
        Outcome.PATH_RETRIED,
        id="entry.device-exclusive-busy",
        when=EXCLUSIVE & ~folio.locked,
        because="the page of the device exclusive entry is locked by somebody else",
        source=REMOVE,
    ),
    claim(
        Outcome.PATH_RACED,
        id="entry.device-exclusive-changed",
        when=EXCLUSIVE & folio.locked & ~pte.same,
        because="the device exclusive entry has changed",
        source=REMOVE,
    ),
    claim(
        Outcome.PATH_DEVICE_PRIVATE,
        id="entry.device-private",
        when=REACHED_PRIVATE & ~CHANGED & ~BUSY,
        because="it is a device private entry: migrate_to_ram()",
        source=DO_SWAP_PAGE,
    ),
    claim(
        Outcome.PATH_RACED,
        id="entry.device-private-changed",
        when=REACHED_PRIVATE & CHANGED,
        because="the entry of the device private page has changed",
        source=Source("mm/memory.c", "do_swap_page", since="6.1"),
    ),
    claim(
        Outcome.PATH_RETRIED,
        id="entry.device-private-busy",
        when=REACHED_PRIVATE & ~CHANGED & BUSY,
        because="the device private page is locked, and the fault waits for it",
        source=Source("mm/memory.c", "do_swap_page", since="6.15"),
    ),
    claim(
        Outcome.PATH_RETRIED,
        id="entry.device-private-vma-lock",
        when=PRIVATE & access.vma_lock,
        because="a device private page is not brought back under the per-VMA lock",
        source=Source("mm/memory.c", "do_swap_page", since="6.6"),
    ),
    claim(
        Outcome.PATH_RETRIED,
        id="vma-lock.retry",
        when=UNLOOKED,
        because="swap faults are not handled under the per-VMA lock",
        source=Source("mm/memory.c", "do_swap_page", since="6.4", until="6.5"),
    ),
    claim(
        Outcome.PATH_POISONED,
        id="entry.hwpoison",
        when=ENTRY.one_of("hwpoison") & ~UNLOOKED,
        because="it is a hardware poison entry",
        source=DO_SWAP_PAGE,
    ),
    claim(
        Outcome.PATH_POISONED,
        id="marker.poisoned",
        when=ENTRY.one_of("marker_poisoned") & ~UNLOOKED & kernel.marker_hwpoison,
        because="the marker says that the page is lost",
        source=Source("mm/memory.c", "handle_pte_marker", since="6.6"),
    ),
    claim(
        Outcome.PATH_BUS_ERROR,
        id="marker.swapin-error",
        when=ENTRY.one_of("marker_poisoned") & ~UNLOOKED & ~kernel.marker_hwpoison,
        because="the marker says that the page could not be read",
        source=Source("mm/memory.c", "handle_pte_marker", since="6.2", until="6.5"),
    ),
    claim(
        Outcome.PATH_GUARD,
        id="marker.guard",
        when=ENTRY.one_of("marker_guard") & ~UNLOOKED,
        because="it is a guard marker",
        source=Source("mm/memory.c", "handle_pte_marker", since="6.13"),
    ),
    claim(
        Outcome.PATH_MISSING,
        id="marker.uffd-wp",
        when=UFFD_MARKER & kernel.anon_markers & ~LEFTOVER,
        because="a userfaultfd marker stands for no page",
        source=Source("mm/memory.c", "pte_marker_handle_uffd_wp", since="6.2"),
    ),
    claim(
        Outcome.PATH_RACED,
        id="marker.uffd-wp-changed",
        when=UFFD_MARKER & kernel.anon_markers & LEFTOVER,
        because="the marker was left over, and has changed",
        source=Source("mm/memory.c", "pte_marker_clear", since="6.2"),
    ),
    claim(
        Outcome.PATH_BUS_ERROR,
        id="marker.not-for-anon",
        when=UFFD_MARKER & ~kernel.anon_markers,
        because="a userfaultfd marker has no place in an anonymous VMA",
        source=Source("mm/memory.c", "handle_pte_marker", since="5.19", until="6.1"),
    ),
    claim(
        Outcome.PATH_BUS_ERROR,
        id="entry.swapin-error",
        when=ENTRY.one_of("swapin_error") & ~UNLOOKED,
        because="the entry says that the page could not be read",
        source=Source(
            "include/linux/swapops.h", "is_swapin_error_entry", since="5.19", until="6.1"
        ),
    ),
    claim(
        Outcome.PATH_BUS_ERROR,
        id="entry.bad",
        when=ENTRY.one_of("bad") & ~UNLOOKED,
        because="the kernel knows no entry of this kind: print_bad_pte()",
        source=DO_SWAP_PAGE,
    ),
)


@hookimpl
def swapin_rules() -> Iterable[Rule]:
    """The ends of non-swap entries."""
    return RULES
