"""The kind of entry in the swap PTE, and where each non-swap entry leads."""

from collections.abc import Iterable, Iterator

from swapin import hookimpl
from swapin.model import (
    TRUE,
    Outcome,
    Source,
    Spelling,
    folio,
    follow,
    ignore,
    pte,
    spell,
)
from swapin_linux.facts.pte import ENTRY

SWAPOPS = "include/linux/swapops.h"
LEAFOPS = "include/linux/leafops.h"
MARKER = Source("mm/memory.c", "handle_pte_marker", since="5.19")
REMOVE = Source("mm/memory.c", "remove_device_exclusive_entry", since="5.14")

# Value of pte.entry, the name up to 6.18 and the one since 6.19, when swap entries became leaves.
TESTS = (
    ("migration", "is_migration_entry", "softleaf_is_migration"),
    ("device_exclusive", "is_device_exclusive_entry", "softleaf_is_device_exclusive"),
    ("device_private", "is_device_private_entry", "softleaf_is_device_private"),
    ("hwpoison", "is_hwpoison_entry", "softleaf_is_hwpoison"),
)
FIRST = {"device_exclusive": "5.14"}


def _tests() -> Iterator[Spelling]:
    for value, before, since in TESTS:
        means = ENTRY.one_of(value)
        old = Source(SWAPOPS, before, since=FIRST.get(value, ""), until="6.18")
        yield spell(f"{before}(entry)", means=means, source=old)
        yield spell(f"{since}(entry)", means=means, source=Source(LEAFOPS, since, since="6.19"))


def _ends(text: str, outcome: Outcome, source: Source) -> Spelling:
    return spell(text, records={outcome.yes.name: "1"}, reads="elsewhere = 1", source=source)


MARKED = ENTRY.one_of("marker_uffd_wp", "marker_poisoned", "marker_guard")
DO_SWAP_PAGE = Source("mm/memory.c", "do_swap_page")
IN_PLACE_OF_ZERO = {
    "PTE_MARKER_POISONED": ENTRY.one_of("marker_poisoned"),
    "PTE_MARKER_GUARD": ENTRY.one_of("marker_guard"),
    "PTE_MARKER_UFFD_WP": ENTRY.one_of("marker_uffd_wp"),
}

SPELLINGS = (
    *_tests(),
    spell(
        "non_swap_entry(entry)",
        means=~ENTRY.one_of("swap"),
        source=Source(SWAPOPS, "non_swap_entry", until="6.18"),
    ),
    spell(
        "softleaf_is_swap(entry)",
        means=ENTRY.one_of("swap"),
        source=Source(LEAFOPS, "softleaf_is_swap", since="6.19"),
    ),
    spell(
        "is_swapin_error_entry(entry)",
        means=ENTRY.one_of("swapin_error"),
        source=Source(SWAPOPS, "is_swapin_error_entry", since="5.19", until="6.1"),
    ),
    spell(
        "is_pte_marker_entry(entry)",
        means=MARKED,
        source=Source(SWAPOPS, "is_pte_marker_entry", since="5.19", until="6.18"),
    ),
    spell(
        "softleaf_is_marker(entry)",
        means=MARKED,
        source=Source(LEAFOPS, "softleaf_is_marker", since="6.19"),
    ),
    follow("handle_pte_marker", source=MARKER),
    spell("vma_is_anonymous(vmf->vma)", means=TRUE, source=Source("include/linux/mm.h")),
    spell(
        "pte_marker_get(entry)",
        gives=IN_PLACE_OF_ZERO,
        source=Source(SWAPOPS, "pte_marker_get", since="5.19", until="6.18"),
    ),
    spell(
        "softleaf_to_marker(entry)",
        gives=IN_PLACE_OF_ZERO,
        source=Source(LEAFOPS, "softleaf_to_marker", since="6.19"),
    ),
    spell(
        "pte_marker_entry_uffd_wp(entry)",
        means=ENTRY.one_of("marker_uffd_wp"),
        source=Source(
            "include/linux/userfaultfd_k.h",
            "pte_marker_entry_uffd_wp",
            since="5.19",
            until="6.18",
        ),
    ),
    spell(
        "softleaf_is_uffd_wp_marker(entry)",
        means=ENTRY.one_of("marker_uffd_wp"),
        source=Source(LEAFOPS, "softleaf_is_uffd_wp_marker", since="6.19"),
    ),
    follow(
        "pte_marker_handle_uffd_wp",
        source=Source("mm/memory.c", "pte_marker_handle_uffd_wp", since="6.2"),
    ),
    follow("pte_marker_clear", source=Source("mm/memory.c", "pte_marker_clear", since="6.2")),
    spell(
        "pte_same(vmf->orig_pte, ptep_get(vmf->pte))",
        means=pte.same,
        source=Source("mm/memory.c", "pte_marker_clear", since="6.5"),
    ),
    _ends(
        "pte_clear($mm, $address, $pte)",
        Outcome.PATH_MISSING,
        Source("mm/memory.c", "pte_marker_clear", since="6.2"),
    ),
    _ends(
        "do_pte_missing(vmf)",
        Outcome.PATH_MISSING,
        Source("mm/memory.c", "do_pte_missing", since="6.4"),
    ),
    _ends("migration_entry_wait($mm, $pmd, $address)", Outcome.PATH_MIGRATION, DO_SWAP_PAGE),
    follow("remove_device_exclusive_entry", source=REMOVE),
    # The page of an entry that is still there cannot have been freed.
    spell("folio_try_get(folio)", means=TRUE, source=REMOVE, within=REMOVE.function),
    _ends(
        "restore_exclusive_pte(vma, vmf->page, $address, $pte)",
        Outcome.PATH_DEVICE_EXCLUSIVE,
        Source("mm/memory.c", "restore_exclusive_pte", since="5.14", until="6.16"),
    ),
    _ends(
        "restore_exclusive_pte(vma, folio, vmf->page, $address, $pte, $old)",
        Outcome.PATH_DEVICE_EXCLUSIVE,
        Source("mm/memory.c", "restore_exclusive_pte", since="6.17"),
    ),
    ignore("mmu_notifier_range_init_owner", source=REMOVE),
    ignore("mmu_notifier_invalidate_range_start", source=REMOVE),
    ignore("mmu_notifier_invalidate_range_end", source=REMOVE),
    _ends(
        "vmf->page->pgmap->ops->migrate_to_ram(vmf)",
        Outcome.PATH_DEVICE_PRIVATE,
        Source("mm/memory.c", "do_swap_page", until="6.14"),
    ),
    _ends(
        "pgmap->ops->migrate_to_ram(vmf)",
        Outcome.PATH_DEVICE_PRIVATE,
        Source("mm/memory.c", "do_swap_page", since="6.15"),
    ),
    spell(
        "trylock_page(vmf->page)",
        means=folio.locked,
        source=Source("mm/memory.c", "do_swap_page", since="6.15"),
    ),
    _ends(
        "softleaf_entry_wait_on_locked(entry, $ptl)",
        Outcome.PATH_RETRIED,
        Source("mm/memory.c", "do_swap_page", since="6.19"),
    ),
    _ends(
        "migration_entry_wait_on_locked(entry, $ptl)",
        Outcome.PATH_RETRIED,
        Source("mm/memory.c", "do_swap_page", since="6.15", until="6.18"),
    ),
    ignore("vma_end_read", source=Source("mm/memory.c", "do_swap_page", since="6.4")),
    ignore("print_bad_pte", source=DO_SWAP_PAGE),
)


@hookimpl
def swapin_spellings() -> Iterable[Spelling]:
    """The kinds of entry."""
    return SPELLINGS
