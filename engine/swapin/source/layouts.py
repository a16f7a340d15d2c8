"""Compare the declared swap-PTE layouts with those that a kernel tree's own macros make."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from swapin.catalog import Catalog
from swapin.model import Architecture, PteLayout, Release, Segment
from swapin.source.layouts_probe import Derived, NotDerived, compiler, derive

__all__ = ["Agreement", "Difference", "LayoutCheck", "NotDerived", "check_layouts"]

_DEFAULTS = {"MMU": "1", "PAGE_SHIFT": "12"}
"""Kconfig symbols that every variant has, unless it says otherwise."""


class Agreement(StrEnum):
    """What came of a check."""

    AGREES = "agrees"
    """The tree's macros make the declared layout."""
    DIFFERS = "differs"
    """They make another."""
    NOT_DERIVED = "not derived"
    """The tree could not be asked, or nothing is declared to compare with."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of a layout that is not as declared."""

    field: str
    """``type``, ``offset``, ``swp_exclusive``, ``base``, ``present``, …"""
    expected: str
    """As declared."""
    found: str
    """As the macros make it."""

    def __str__(self) -> str:
        return f"{self.field} is {self.found}, declared {self.expected}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutCheck:
    """How the layout of one architecture preset compares with a tree."""

    architecture: str
    agreement: Agreement
    file: str = ""
    """The file that is cited for the declared layout."""
    differences: tuple[Difference, ...] = ()
    remark: str = ""
    """Why it could not be derived; or what of it could not."""

    def __str__(self) -> str:
        told = "; ".join([*map(str, self.differences), *filter(None, [self.remark])])
        return f"{self.architecture}: {self.agreement}{f': {told}' if told else ''}"


def check_layouts(
    tree: Path, catalog: Catalog, release: Release | str, names: Sequence[str] = ()
) -> tuple[LayoutCheck, ...]:
    """Derive every layout from a kernel tree and compare it with the declared one.

    The swap macros of ``arch/*/include/asm`` are compiled with the host's compiler and probed,
    bit by bit. Nothing of the tree is kept, and nothing is written to it.

    :param tree: the top of an unpacked kernel source.
    :param release: the release that the tree is.
    :param names: architectures to check; by default all that exist in the release.
    :returns: one check for each architecture, in the order of their names.
    :raises NotDerived: there is no compiler, or the folder is no kernel tree.
    """
    at = Release.parse(release) if isinstance(release, str) else release
    compiler()
    if not (tree / "arch").is_dir():
        raise NotDerived(f"`{tree}` is no kernel tree: it has no folder arch")
    with tempfile.TemporaryDirectory(prefix="swapin-") as work:
        return tuple(
            _check(tree, architecture, at, Path(work))
            for name, architecture in catalog.architectures.items()
            if at in architecture.releases and (not names or name in names)
        )


def _check(tree: Path, architecture: Architecture, at: Release, work: Path) -> LayoutCheck:
    name = architecture.name
    layout = architecture.layout(at)
    if layout is None:
        why = f"no layout is declared for {at}"
        return LayoutCheck(architecture=name, agreement=Agreement.NOT_DERIVED, remark=why)
    long_bits = layout.entry_bits or layout.bits
    try:
        derived = derive(
            tree,
            _folder(layout),
            tuple(_macros(architecture.configuration, long_bits)),
            long_bits,
            work,
        )
    except NotDerived as error:
        return LayoutCheck(
            architecture=name,
            file=layout.source.file,
            agreement=Agreement.NOT_DERIVED,
            remark=str(error),
        )
    differences = tuple(_differences(layout, derived))
    return LayoutCheck(
        architecture=name,
        file=layout.source.file,
        agreement=Agreement.DIFFERS if differences else Agreement.AGREES,
        differences=differences,
        remark="" if derived.present is not None else "the test for present does not compile here",
    )


def _folder(layout: PteLayout) -> str:
    """The architecture's folder, from ``arch/FOLDER/include/…``."""
    return Path(layout.source.file).parts[1]


def _macros(configuration: str, long_bits: int) -> Iterator[str]:
    """What a configuration defines: Kconfig symbols, other macros, folders to search.

    A word is a Kconfig symbol without its prefix, ``SYMBOL`` or ``SYMBOL=VALUE``; one with an
    underscore in front is a macro as it is; one with a plus is a folder.
    """
    symbols = _DEFAULTS | {
        f"{long_bits}BIT": "1",
        "PGTABLE_LEVELS": "4" if long_bits == 64 else "2",
    }
    for word in configuration.split():
        if word[0] in "_+":
            yield word
        else:
            symbol, _, value = word.partition("=")
            symbols[symbol] = value or "1"
    for symbol, value in symbols.items():
        yield f"CONFIG_{symbol}={value}"


def _differences(layout: PteLayout, derived: Derived) -> Iterator[Difference]:
    yield from _difference("bits", str(layout.bits), str(derived.bits))
    entry_bits = layout.entry_bits or layout.bits
    yield from _difference("entry_bits", str(entry_bits), str(derived.entry_bits))
    yield from _difference("base", hex(layout.base), hex(derived.base))
    yield from _difference("type", _places(_bits(layout.type)), _places(derived.type))
    yield from _difference("offset", _places(_bits(layout.offset)), _places(derived.offset))
    for flag in sorted({*layout.flags, *derived.flags}):
        yield from _difference(flag, _mask(layout.flags.get(flag)), _mask(derived.flags.get(flag)))
    if derived.present is not None:
        yield from _difference("present", hex(layout.present), hex(derived.present))


def _difference(field: str, expected: str, found: str) -> Iterator[Difference]:
    if expected != found:
        yield Difference(field, expected, found)


def _mask(mask: int | None) -> str:
    return "none" if mask is None else hex(mask)


def _bits(segments: Sequence[Segment]) -> tuple[int, ...]:
    """The PTE bit of each bit of a field, lowest first."""
    return tuple(
        segment.pte + index
        for segment in sorted(segments, key=lambda segment: segment.field)
        for index in range(segment.width)
    )


def _places(bits: Sequence[int]) -> str:
    """PTE bits as ranges: ``bits 5-7, 10-31``."""
    ranges: list[list[int]] = []
    for bit in bits:
        if ranges and bit == ranges[-1][1] + 1:
            ranges[-1][1] = bit
        else:
            ranges.append([bit, bit])
    told = ", ".join(f"{low}-{high}" if low != high else str(low) for low, high in ranges)
    return f"bits {told}" if told else "no bits"
