"""Capabilities of kernels: what one release does and another does not.

Rules read these and never a release. A distribution kernel with a backport is described by
overriding one of them.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Fact, Source

FACTS = (
    Fact(
        name="kernel.anon_exclusive",
        meaning="PG_anon_exclusive exists, and do_swap_page() decides it",
        source=Source(
            "include/linux/page-flags.h",
            "PageAnonExclusive",
            since="5.19",
            commit="6c287605fd56",
            title="mm: remember exclusively mapped anonymous pages with PG_anon_exclusive",
        ),
    ),
    Fact(
        name="kernel.swp_exclusive_bit",
        meaning="a swap PTE can remember exclusivity, where the architecture has the bit",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="5.19",
            commit="1493a1913e34",
            title="mm/swap: remember PG_anon_exclusive via a swp pte bit",
        ),
    ),
    Fact(
        name="kernel.swapcache_bypass",
        meaning="a synchronous device with swap count 1 is read past the swap cache",
        source=Source("mm/memory.c", "do_swap_page", until="6.19"),
    ),
    Fact(
        name="kernel.reuse_swap_page",
        meaning="reuse_swap_page() decides by map and swap counts",
        source=Source("mm/swapfile.c", "reuse_swap_page", until="5.17"),
    ),
    Fact(
        name="kernel.sole_reference_reuse",
        meaning="do_swap_page() reuses a page to which it holds the only reference",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="5.18",
            until="7.2",
            commit="c145e0b47c77",
            title="mm: streamline COW logic in do_swap_page()",
        ),
    ),
    Fact(
        name="kernel.free_before_map",
        meaning="the swap entry, and the swap cache if it may, are freed before the page is mapped",
        source=Source("mm/memory.c", "do_swap_page", since="5.18", until="6.19"),
    ),
    Fact(
        name="kernel.writable_on_read_fault",
        meaning="an exclusive page is mapped writable on read faults also",
        source=Source(
            "mm/memory.c",
            "do_swap_page",
            since="6.11",
            commit="c18160dba5ff",
            title="mm: swap: reuse exclusive folio directly instead of wp page faults",
        ),
    ),
    Fact(
        name="kernel.wp_frees_swapcache",
        meaning="do_wp_page() frees the swap cache before it counts references",
        source=Source(
            "mm/memory.c",
            "do_wp_page",
            since="5.18",
            title="mm: optimize do_wp_page() for exclusive pages in the swapcache",
        ),
    ),
    Fact(
        name="kernel.uffd_wp_async",
        meaning="userfaultfd write-protect has an asynchronous mode",
        source=Source("mm/memory.c", "do_wp_page", since="6.7"),
    ),
    Fact(
        name="kernel.uffd_rwp",
        meaning="userfaultfd has read-write protection",
        source=Source("mm/memory.c", "do_swap_page", since="7.3"),
    ),
    Fact(
        name="kernel.zswap_skips_writeback",
        meaning="storing a page in zswap starts no writeback; before, it is started and ended in "
        "one go with the folio unlocked",
        source=Source("mm/page_io.c", "swap_writepage", since="6.12"),
    ),
    Fact(
        name="kernel.swap_zeromap",
        meaning="a page of zeros is noted in a bitmap in place of being written",
        source=Source(
            "mm/page_io.c",
            "swap_writepage",
            since="6.12",
            title="mm: store zero pages to be swapped out in a bitmap",
        ),
    ),
)


@hookimpl
def swapin_facts() -> Iterable[Fact]:
    """The capabilities."""
    return FACTS
