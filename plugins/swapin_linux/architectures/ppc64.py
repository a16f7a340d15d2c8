"""ppc64 book3s: the marker since 5.19, in bit 0x20; the offset starts at the page shift.

Values are those of ``pte_val()``; memory holds them big-endian.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Segment, Source
from swapin_linux.architectures import exclusive_bit

SOURCE = Source("arch/powerpc/include/asm/book3s/64/pgtable.h", "__swp_entry")


def _architecture(name: str, summary: str, page_shift: int) -> Architecture:
    # The constant bit is _PAGE_PTE.
    base, present = 0x4000000000000000, 0xA000000000000000
    type_field = (Segment(0, 0, 5),)
    offset = (Segment(0, page_shift, 53 - page_shift),)
    return Architecture(
        name=name,
        summary=summary,
        source=SOURCE,
        bindings=exclusive_bit(
            last_without="5.18",
            first_with="5.19",
            source=Source(SOURCE.file, "pte_swp_mkexclusive", since="5.19"),
        ),
        layouts=(
            PteLayout(
                releases=Releases.of(until="5.18"),
                bits=64,
                base=base,
                type=type_field,
                offset=offset,
                flags={"soft_dirty": 0x20},
                present=present,
                source=SOURCE,
            ),
            PteLayout(
                releases=Releases.of(since="5.19"),
                bits=64,
                base=base,
                type=type_field,
                offset=offset,
                flags={"swp_exclusive": 0x20, "soft_dirty": 0x200},
                present=present,
                source=SOURCE,
            ),
        ),
    )


ARCHITECTURES = (
    _architecture("ppc64", "ppc64 book3s, 64 KiB pages; exclusive marker since 5.19", 16),
    _architecture("ppc64-4k", "ppc64 book3s, 4 KiB pages; exclusive marker since 5.19", 12),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """ppc64 in both page sizes."""
    return ARCHITECTURES
