"""loongarch: since 5.19 on 64 bits, since 6.19 on 32; the marker since 6.3.

On 64 bits the marker took the top bit of a type field wider than generic code uses.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Source, bind
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

SOURCE = Source("arch/loongarch/include/asm/pgtable.h", "mk_swap_pte")

ARCHITECTURES = (
    # The bits of present are _PAGE_PRESENT and _PAGE_PROTNONE.
    gained_the_bit_in_6_3(
        "loongarch64",
        "loongarch, 64 bits, since 5.19",
        PteLayout(
            releases=Releases.of(since="5.19"),
            bits=64,
            type=pte_bits("16-23"),
            offset=pte_bits("24-63"),
            present=0x480,
            source=SOURCE,
        ),
        configuration="PAGE_SIZE_16KB PAGE_SHIFT=14 PGTABLE_LEVELS=3",
        exclusive=1 << 23,
        type=pte_bits("16-22"),
        releases=Releases.of(since="5.19"),
    ),
    Architecture(
        name="loongarch32",
        summary="loongarch, 32 bits, since 6.19; always with the exclusive marker",
        source=SOURCE,
        releases=Releases.of(since="6.19"),
        bindings=(
            bind(
                "pte.have_arch_swp_exclusive",
                True,
                because="the architecture defines it",
                source=Source(SOURCE.file, "pte_swp_mkexclusive", since="6.19"),
            ),
        ),
        configuration="PAGE_SIZE_4KB",
        layouts=(
            PteLayout(
                releases=Releases.of(since="6.19"),
                bits=32,
                type=pte_bits("8-12"),
                offset=pte_bits("14-31"),
                flags={"swp_exclusive": 1 << 13},
                present=0x80,
                source=SOURCE,
                remark="absent from v6.18, present in v6.19; both were read",
            ),
        ),
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """loongarch in both widths."""
    return ARCHITECTURES
