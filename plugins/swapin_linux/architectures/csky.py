"""csky: the marker since 6.3, from the offset; each ABI splits a field around hardware bits."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

MOVED = (
    "moved between v5.10 and v6.1, which were read, by the patch csky: Fixup swapon; its pull "
    "request says 5.12"
)


def layout_up_to_5_11(source: Source, present: int, remark: str = MOVED) -> PteLayout:
    """The first layout, the same for both ABIs."""
    return PteLayout(
        releases=Releases.of(until="5.11"),
        bits=32,
        type=pte_bits("4-11"),
        offset=pte_bits("12-31"),
        present=present,
        source=source,
        remark=remark,
    )


# In v5.10 the macros are in asm/pgtable.h, in v6.1 where they are now.
ABI_1 = Source("arch/csky/abiv1/inc/abi/pgtable-bits.h", "__swp_entry", since="6.1")
ABI_2 = Source("arch/csky/abiv2/inc/abi/pgtable-bits.h", "__swp_entry", since="6.1")

ARCHITECTURES = (
    gained_the_bit_in_6_3(
        "csky-abiv1",
        "csky, ABI v1",
        PteLayout(
            releases=Releases.of(since="5.12"),
            bits=32,
            type=pte_bits("2-5", "8"),
            offset=pte_bits("9-31"),
            present=0x1,
            source=ABI_1,
            remark=MOVED,
        ),
        configuration="+abiv1/inc PAGE_OFFSET=0x80000000",
        exclusive=1 << 9,
        offset=pte_bits("10-31"),
        earlier=(layout_up_to_5_11(ABI_1, 0x1),),
    ),
    gained_the_bit_in_6_3(
        "csky-abiv2",
        "csky, ABI v2",
        PteLayout(
            releases=Releases.of(since="5.12"),
            bits=32,
            type=pte_bits("2-6"),
            offset=pte_bits("7-8", "11-31"),
            present=1 << 10,
            source=ABI_2,
            remark=MOVED,
        ),
        configuration="+abiv2/inc PAGE_OFFSET=0x80000000",
        exclusive=1 << 7,
        offset=pte_bits("8", "11-31"),
        earlier=(
            layout_up_to_5_11(
                ABI_2,
                1 << 10,
                f"the type field reaches into the present bit, but generic types do not; {MOVED}",
            ),
        ),
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """csky in both ABIs."""
    return ARCHITECTURES
