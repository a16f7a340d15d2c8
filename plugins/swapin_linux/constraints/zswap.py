"""What is known of a page that needed no device I/O: zswap took it, or it was all zeros."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Constraint, Source, folio, kernel, swap_device

CONSTRAINTS = (
    Constraint(
        id="zswap.no-writeback",
        holds=~(kernel.zswap_skips_writeback & swap_device.zswap_stored & folio.writeback),
        because="writeback is never started for a page that zswap takes",
        source=Source("mm/zswap.c", "zswap_store", since="6.12"),
    ),
    Constraint(
        id="zswap.no-rw-page",
        holds=~(swap_device.zswap_stored & swap_device.rw_page),
        because="a page that zswap took was not written by rw_page",
        source=Source("mm/page_io.c", "swap_writepage", until="6.2"),
    ),
    Constraint(
        id="zeromap.kernel",
        holds=~swap_device.zero_filled | kernel.swap_zeromap,
        because="only a kernel with the bitmap of zero pages notes them in place of a write",
        source=Source("mm/page_io.c", "swap_zeromap_folio_set", since="6.12"),
    ),
    Constraint(
        id="zeromap.no-writeback",
        holds=~(swap_device.zero_filled & folio.writeback),
        because="writeback is never started for a page of zeros that was noted as one",
        source=Source("mm/page_io.c", "swap_zeromap_folio_set", since="6.12"),
    ),
    Constraint(
        id="zeromap.no-store",
        holds=~(swap_device.zero_filled & swap_device.zswap_stored),
        because="a page of zeros is noted before zswap is asked",
        source=Source("mm/page_io.c", "swap_zeromap_folio_set", since="6.12"),
    ),
)


@hookimpl
def swapin_constraints() -> Iterable[Constraint]:
    """What was written nowhere is never under writeback."""
    return CONSTRAINTS
