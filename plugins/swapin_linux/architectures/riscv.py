"""riscv: the marker since 6.3, in bit 6, taken from the offset; the fields had moved once before.

On 64 bits soft-dirty and userfaultfd write-protect came in 6.19, for machines with the
Svrsw60t59b extension; on others the two bits stay clear.
"""

from collections.abc import Iterable
from dataclasses import replace

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Release, Releases, Source
from swapin_linux.architectures import gained_the_bit_in_6_3, pte_bits

SOURCE = Source("arch/riscv/include/asm/pgtable.h", "__swp_entry")


def layout(bits: int) -> PteLayout:
    """The layout before the marker; PROT_NONE is marked by the global bit."""
    return PteLayout(
        releases=Releases.of(since="5.17"),
        bits=bits,
        type=pte_bits("6-10"),
        offset=pte_bits(f"11-{bits - 1}"),
        present=0x21,
        source=SOURCE,
        remark=MOVED,
    )


def layout_up_to_5_16(bits: int) -> PteLayout:
    """The first layout; PROT_NONE is marked by the read bit."""
    return PteLayout(
        releases=Releases.of(until="5.16"),
        bits=bits,
        type=pte_bits("2-6"),
        offset=pte_bits(f"7-{bits - 1}"),
        present=0x3,
        source=SOURCE,
        remark=MOVED,
    )


MOVED = (
    "moved between v5.10 and v6.1, which were read, by commit fba88ede6a31 (riscv/mm: Adjust "
    "PAGE_PROT_NONE to comply with THP semantics); its pull request says 5.17"
)

ARCHITECTURES = (
    gained_the_bit_in_6_3(
        "riscv64",
        "riscv, 64 bits",
        layout(64),
        configuration="PGTABLE_LEVELS=5 HAVE_ARCH_SOFT_DIRTY MEM_SOFT_DIRTY "
        "HAVE_ARCH_USERFAULTFD_WP",
        exclusive=1 << 6,
        type=pte_bits("7-11"),
        offset=pte_bits("12-63"),
        earlier=(layout_up_to_5_16(64),),
        until=Release(6, 18),
        later=(
            replace(
                layout(64),
                releases=Releases.of(since="6.19"),
                type=pte_bits("7-11"),
                offset=pte_bits("12-63"),
                flags={"swp_exclusive": 1 << 6, "soft_dirty": 1 << 3, "uffd_wp": 1 << 4},
                remark="soft-dirty and userfaultfd bits need the Svrsw60t59b extension",
            ),
        ),
    ),
    gained_the_bit_in_6_3(
        "riscv32",
        "riscv, 32 bits",
        layout(32),
        exclusive=1 << 6,
        type=pte_bits("7-11"),
        offset=pte_bits("12-31"),
        earlier=(layout_up_to_5_16(32),),
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """riscv in both widths."""
    return ARCHITECTURES
