"""x86: with page tables of eight bytes an entry the offset is stored inverted (L1TF).

64 bits had the marker from 5.19, in bit 3; 32 bits got it in 6.3, in bit 7. There is neither
soft-dirty nor userfaultfd write-protect on 32 bits.
"""

from collections.abc import Iterable
from dataclasses import replace

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Source
from swapin_linux.architectures import exclusive_bit_since_5_19, gained_the_bit_in_6_3, pte_bits

# The present bit and, for PROT_NONE, the global bit.
PRESENT = 0x101
INVERTED = 0x7FFFFFFFFFFFE00

UNMARKED = PteLayout(
    releases=Releases.of(until="5.18"),
    bits=64,
    base=INVERTED,
    type=pte_bits("59-63"),
    offset=pte_bits("9-58"),
    flags={"soft_dirty": 0x2, "uffd_wp": 0x4},
    present=PRESENT,
    source=Source("arch/x86/include/asm/pgtable_64.h", "__swp_entry"),
)

ARCHITECTURES = (
    Architecture(
        name="x86_64",
        summary="x86-64; exclusive marker since 5.19",
        source=UNMARKED.source,
        bindings=exclusive_bit_since_5_19("arch/x86/include/asm/pgtable.h"),
        configuration="X86_64 MEM_SOFT_DIRTY HAVE_ARCH_SOFT_DIRTY HAVE_ARCH_USERFAULTFD_WP",
        layouts=(
            UNMARKED,
            replace(
                UNMARKED,
                releases=Releases.of(since="5.19"),
                flags={"swp_exclusive": 0x8, **UNMARKED.flags},
            ),
        ),
    ),
    gained_the_bit_in_6_3(
        "x86_32-nopae",
        "x86, 32 bits, two-level page tables",
        PteLayout(
            bits=32,
            type=pte_bits("1-5"),
            offset=pte_bits("9-31"),
            present=PRESENT,
            source=Source("arch/x86/include/asm/pgtable-2level.h", "__swp_entry"),
        ),
        configuration="X86_32",
        exclusive=1 << 7,
    ),
    # The PTE has room for 50 bits of offset; the 32 bits of swp_entry_t have not.
    gained_the_bit_in_6_3(
        "x86_32-pae",
        "x86, 32 bits, with PAE",
        PteLayout(
            bits=64,
            entry_bits=32,
            base=INVERTED,
            type=pte_bits("59-63"),
            offset=pte_bits("9-35"),
            present=PRESENT,
            source=Source("arch/x86/include/asm/pgtable-3level.h", "__swp_entry"),
        ),
        configuration="X86_32 X86_PAE PGTABLE_LEVELS=3",
        exclusive=1 << 7,
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """x86 in 64 and 32 bits."""
    return ARCHITECTURES
