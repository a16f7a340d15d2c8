"""Facts of the swap device: flags of ``swap_info_struct``, frozen at swapon."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Fact, Source

FACTS = (
    Fact(
        name="swap_device.stable_writes",
        meaning="SWP_STABLE_WRITES: a page under writeback to the device must not change; "
        "queue/stable_writes=1 written before swapon sets it for any block device",
        source=Source("include/linux/swap.h", "SWP_STABLE_WRITES"),
    ),
    Fact(
        name="swap_device.synchronous_io",
        meaning="SWP_SYNCHRONOUS_IO: the device completes reads in the context that submits them",
        source=Source("include/linux/swap.h", "SWP_SYNCHRONOUS_IO"),
    ),
    Fact(
        name="swap_device.rw_page",
        meaning="the page was written by rw_page, which keeps the folio lock through writeback",
        source=Source("block/bdev.c", "bdev_write_page", since="6.1", until="6.2"),
    ),
    Fact(
        name="swap_device.available",
        meaning="get_swap_device() returned the device: no swapoff is in progress",
        usual=True,
        takes="a swapoff of the device at the same time",
        source=Source("mm/memory.c", "do_swap_page", since="5.14", commit="2799e77529c2"),
    ),
    Fact(
        name="swap_device.zswap_stored",
        meaning="zswap_store() took the page and holds it still, so no device I/O was done for it",
        source=Source("mm/zswap.c", "zswap_pool"),
    ),
    Fact(
        name="swap_device.zero_filled",
        meaning="the page was all zeros, which swap_zeromap_folio_set() noted in place of a write",
        source=Source("mm/page_io.c", "swap_zeromap_folio_set", since="6.12"),
    ),
)


@hookimpl
def swapin_facts() -> Iterable[Fact]:
    """The facts of the swap device."""
    return FACTS
