"""arm (32 bits): no marker before 6.3; since then bit 7, taken from the offset."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Segment, Source
from swapin_linux.architectures import exclusive_bit

SOURCE = Source("arch/arm/include/asm/pgtable.h", "__swp_entry")
TYPE = (Segment(0, 2, 5),)

BINDINGS = exclusive_bit(
    last_without="6.2",
    first_with="6.3",
    source=Source(
        "arch/arm/include/asm/pgtable.h",
        "pte_swp_mkexclusive",
        since="6.3",
        commit="950fe885a897",
        title="mm: remove __HAVE_ARCH_PTE_SWP_EXCLUSIVE",
    ),
)


def _architecture(name: str, summary: str, bits: int, present: int) -> Architecture:
    return Architecture(
        name=name,
        summary=summary,
        source=SOURCE,
        bindings=BINDINGS,
        layouts=(
            PteLayout(
                releases=Releases.of(until="6.2"),
                bits=bits,
                base=0,
                type=TYPE,
                offset=(Segment(0, 7, 25),),
                present=present,
                source=SOURCE,
            ),
            PteLayout(
                releases=Releases.of(since="6.3"),
                bits=bits,
                base=0,
                type=TYPE,
                offset=(Segment(0, 8, 24),),
                flags={"swp_exclusive": 0x80},
                present=present,
                source=SOURCE,
            ),
        ),
    )


ARCHITECTURES = (
    _architecture("arm", "arm, two-level page tables; exclusive marker since 6.3", 32, 0x1),
    _architecture("arm-lpae", "arm with LPAE; exclusive marker since 6.3", 64, 0x3),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """arm with both kinds of page table."""
    return ARCHITECTURES
