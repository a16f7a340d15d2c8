"""powerpc: the marker since 5.19 on 64-bit book3s, in bit 0x20; since 6.3 on all the others.

Values are those of ``pte_val()``; memory holds them big-endian. On 64-bit book3s the
offset starts at the page shift.
"""

from collections.abc import Iterable
from dataclasses import replace

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Release, Releases, Source
from swapin_linux.architectures import exclusive_bit_since_5_19, gained_the_bit_in_6_3, pte_bits

BOOK3S_64 = Source("arch/powerpc/include/asm/book3s/64/pgtable.h", "__swp_entry")
BOOK3S_32 = Source("arch/powerpc/include/asm/book3s/32/pgtable.h", "__swp_entry")
NOHASH_32 = Source("arch/powerpc/include/asm/nohash/32/pgtable.h", "__swp_entry")


def book3s_64(name: str, kib: int, page_shift: int) -> Architecture:
    """64-bit book3s with pages of one size."""
    unmarked = PteLayout(
        releases=Releases.of(until="5.18"),
        bits=64,
        # _PAGE_PTE.
        base=1 << 62,
        type=pte_bits("0-4"),
        offset=pte_bits(f"{page_shift}-52"),
        flags={"soft_dirty": 0x20},
        # _PAGE_PRESENT and, for PROT_NONE, _PAGE_INVALID.
        present=0xA000000000000000,
        source=BOOK3S_64,
    )
    return Architecture(
        name=name,
        summary=f"ppc64 book3s, {kib} KiB pages; exclusive marker since 5.19",
        source=BOOK3S_64,
        configuration="PPC64 PPC_BOOK3S PPC_BOOK3S_64 PPC_RADIX_MMU HAVE_ARCH_SOFT_DIRTY"
        f" MEM_SOFT_DIRTY PPC_PAGE_SHIFT={page_shift} PAGE_SHIFT={page_shift}"
        f" PPC_{kib}K_PAGES",
        bindings=exclusive_bit_since_5_19(BOOK3S_64.file),
        layouts=(
            unmarked,
            # The marker took the bit of soft-dirty, which moved.
            replace(
                unmarked,
                releases=Releases.of(since="5.19"),
                flags={"swp_exclusive": 0x20, "soft_dirty": 0x200},
            ),
        ),
    )


# The swap entry is stored shifted left by three.
PPC32 = PteLayout(
    bits=32, type=pte_bits("3-7"), offset=pte_bits("8-31"), present=0x1, source=NOHASH_32
)
PPC32_WIDE = replace(PPC32, bits=64, entry_bits=32)

PAGES_4K = "PPC_4K_PAGES PPC_PAGE_SHIFT=12"

ARCHITECTURES = (
    book3s_64("ppc64", 64, 16),
    book3s_64("ppc64-4k", 4, 12),
    gained_the_bit_in_6_3(
        "ppc64-nohash",
        "ppc64 nohash (book3e)",
        PteLayout(
            bits=64,
            type=pte_bits("2-6"),
            offset=pte_bits("24-63"),
            present=0x1,
            source=Source("arch/powerpc/include/asm/nohash/64/pgtable.h", "__swp_entry"),
        ),
        configuration=f"PPC64 PPC_BOOK3E_64 PPC_BOOK3E E500 PPC_E500 {PAGES_4K}",
        exclusive=1 << 7,
    ),
    gained_the_bit_in_6_3(
        "ppc32-book3s",
        "ppc32 book3s",
        replace(PPC32, source=BOOK3S_32),
        configuration=f"PPC32 PPC_BOOK3S_32 PPC_BOOK3S {PAGES_4K}",
        exclusive=1 << 2,
    ),
    gained_the_bit_in_6_3(
        "ppc32-nohash-44x",
        "ppc32 nohash, 44x",
        PPC32_WIDE,
        configuration="PPC32 44x PPC_4K_PAGES PTE_64BIT PHYS_64BIT PPC_PAGE_SHIFT=12",
        exclusive=1 << 2,
    ),
    gained_the_bit_in_6_3(
        "ppc32-nohash-8xx",
        "ppc32 nohash, 8xx",
        PPC32,
        configuration=f"PPC32 PPC_8xx {PAGES_4K}",
        exclusive=1 << 2,
    ),
    gained_the_bit_in_6_3(
        "ppc32-nohash-85xx-64bitpte",
        "ppc32 nohash, 85xx, 64-bit PTEs",
        PPC32_WIDE,
        configuration=f"PPC32 E500 PPC_E500 FSL_BOOKE PPC_85xx PTE_64BIT PHYS_64BIT {PAGES_4K}",
        exclusive=1 << 2,
    ),
    # The present bit moved twice, between bits that no field has.
    gained_the_bit_in_6_3(
        "ppc32-nohash-85xx-32bitpte",
        "ppc32 nohash, 85xx, 32-bit PTEs",
        PPC32,
        configuration=f"PPC32 E500 PPC_E500 FSL_BOOKE PPC_85xx {PAGES_4K}",
        exclusive=1 << 2,
        present=0x2,
        until=Release(6, 19),
        later=(
            replace(
                PPC32,
                releases=Releases.of(since="7.0"),
                flags={"swp_exclusive": 1 << 2},
                remark="begins between v6.19 and v7.1, which were read; only the present bit"
                " differs",
            ),
        ),
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """powerpc in all its page tables."""
    return ARCHITECTURES
