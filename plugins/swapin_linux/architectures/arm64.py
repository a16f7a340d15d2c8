"""arm64: the marker since 5.19, in bit 2; the layout moved then, and again in 6.10."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Architecture, PteLayout, Releases, Source
from swapin_linux.architectures import exclusive_bit_since_5_19, pte_bits

SOURCE = Source("arch/arm64/include/asm/pgtable.h", "__swp_entry")

ARCHITECTURE = Architecture(
    name="arm64",
    summary="arm64; exclusive marker since 5.19",
    source=SOURCE,
    bindings=exclusive_bit_since_5_19(SOURCE.file),
    configuration="ARM64_PAGE_SHIFT=12 ARM64_VA_BITS=48 ARM64_PA_BITS=48 "
    "ARM64_CONT_PTE_SHIFT=4 ARM64_CONT_PMD_SHIFT=4 HAVE_ARCH_USERFAULTFD_WP",
    layouts=(
        # The bits of present are PTE_VALID and PTE_PROT_NONE.
        PteLayout(
            releases=Releases.of(until="5.18"),
            bits=64,
            type=pte_bits("2-7"),
            offset=pte_bits("8-57"),
            present=0x400000000000001,
            source=SOURCE,
            remark="ends between v5.10 and v6.1, which were read, with the marker in 5.19",
        ),
        PteLayout(
            releases=Releases.of(since="5.19", until="6.9"),
            bits=64,
            type=pte_bits("3-7"),
            offset=pte_bits("8-57"),
            flags={"swp_exclusive": 1 << 2},
            present=0x400000000000001,
            source=SOURCE,
            remark="ends between v6.1 and v6.12, which were read; that it is 6.9 is known from"
            " changelogs",
        ),
        # PTE_PROT_NONE gave way to PTE_PRESENT_INVALID, which overlays nG (bit 11).
        PteLayout(
            releases=Releases.of(since="6.10"),
            bits=64,
            type=pte_bits("6-10"),
            offset=pte_bits("12-61"),
            flags={"swp_exclusive": 1 << 2, "uffd_wp": 1 << 3},
            present=0x801,
            source=SOURCE,
        ),
    ),
)


@hookimpl
def swapin_architectures() -> Iterable[Architecture]:
    """arm64."""
    return (ARCHITECTURE,)
