"""A swap slot: its device, how many PTEs refer to it, and what the swap cache has of it.

Where a release keeps this has moved. A count or a folio that is not where one of the layouts
below has it is not known, and left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from drgn import NULL, Object, Program
from drgn.helpers.linux.mm import compound_head, compound_nr, pfn_to_page
from drgn.helpers.linux.swap import swap_file_path
from drgn.helpers.linux.xarray import xa_is_value, xa_load

from swapin.model import Release
from swapin.observe.drgn.errors import DrgnError

# Bits of si->swap_map; include/linux/swap.h, up to 6.17.
_HAS_CACHE, _CONTINUED = 0x40, 0x80
_MAP_UNTIL = Release.parse("6.17")
# Pages of one address space of the swap cache; mm/swap.h, up to 6.17.
_SPACE_SHIFT = 14
# How swp_entry() puts type and offset together; include/linux/swapops.h.
_TYPE_SHIFT = 58
# An entry of the swap table on x86-64, in the releases whose mm/swap_table.h was read.
_TABLES = {Release.parse("7.2"), Release.parse("7.3")}
_COUNT_SHIFT, _COUNT_MOST, _ZERO_BIT, _FLAGS_SHIFT = 60, 15, 59, 59
_PFN_MARK, _PFN_MASK, _PFN_SHIFT = 0b10, 0b11, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What is known of a swap slot."""

    device: dict[str, bool]
    """Facts of the device, without ``swap_device.``."""
    path: str
    """The device's or swap file's path."""
    disk: str
    """The disk's name, such as ``zram0``; empty if there is none."""
    count: int | None
    """Swap PTEs that refer to it; ``None``: not known."""
    cache_known: bool
    folio: Object | None
    """``struct page *`` of the head of the folio in the swap cache; ``None``: there is none, if
    ``cache_known``."""


def slot_of(prog: Program, release: Release, type: int, offset: int) -> Slot:
    """Look at a slot.

    :raises DrgnError: there is no such swap device.
    """
    if not 0 <= type < prog["nr_swapfiles"].value_():
        raise DrgnError(f"the swap PTE names device {type}, and there is none of that number")
    si = prog["swap_info"][type]
    flags = si.flags.value_()
    disk, device = _disk(si)
    for fact, constant in (
        ("stable_writes", "SWP_STABLE_WRITES"),
        ("synchronous_io", "SWP_SYNCHRONOUS_IO"),
    ):
        if mask := _constant(prog, constant):
            device[fact] = bool(flags & mask)
    if flags & _constant(prog, "SWP_WRITEOK"):
        device["available"] = True
    count, entry = None, None
    if release in _TABLES:
        entry = _table_entry(si, offset)
        if entry is not None:
            found = entry >> _COUNT_SHIFT
            count = found if found < _COUNT_MOST else None
            device["zero_filled"] = bool(entry >> _ZERO_BIT & 1)
    elif release <= _MAP_UNTIL:
        found = si.swap_map[offset].value_()
        count = None if found & _CONTINUED else found & ~_HAS_CACHE
        if hasattr(si, "zeromap"):
            word = si.zeromap[offset // 64].value_()
            device["zero_filled"] = bool(word >> offset % 64 & 1)
    known, folio = _cached(prog, entry, type, offset)
    return Slot(
        device=device,
        path=swap_file_path(si).decode("utf-8", "replace"),
        disk=disk,
        count=count,
        cache_known=known,
        folio=folio,
    )


def _disk(si: Object) -> tuple[str, dict[str, bool]]:
    """The name of the disk; and that it has no rw_page, if it has none."""
    if not si.bdev:
        return "", {}
    disk = si.bdev.bd_disk
    # Up to 6.2; a driver that has it need not have written this page by it.
    by_rw_page = hasattr(disk.fops, "rw_page") and disk.fops.rw_page
    name = disk.disk_name.string_().decode("utf-8", "replace")
    return name, {} if by_rw_page else {"rw_page": False}


def _constant(prog: Program, name: str) -> int:
    try:
        value: int = prog.constant(name).value_()
    except LookupError:
        return 0
    return value


def _table_entry(si: Object, offset: int) -> int | None:
    slots = si.prog_.type("struct swap_table").members[0].type.length
    cluster = si.cluster_info[offset // slots]
    entry: int = cluster.table[offset % slots].counter.value_() if cluster.table else 0
    return entry & (1 << 64) - 1


def _cached(prog: Program, entry: int | None, type: int, offset: int) -> tuple[bool, Object | None]:
    """Whether the swap cache can be looked at, and the head of the folio in it."""
    if entry is not None:
        if entry & _PFN_MASK != _PFN_MARK:
            return True, None
        pfn = (entry & (1 << _FLAGS_SHIFT) - 1) >> _PFN_SHIFT
        return True, compound_head(pfn_to_page(prog, pfn))
    try:
        spaces = prog.variable("swapper_spaces")
    except LookupError:
        return False, None
    pages = spaces[type][offset >> _SPACE_SHIFT].i_pages
    heads = [compound_head(page) for page in _at(pages, offset)]
    wanted = type << _TYPE_SHIFT | offset
    for head in heads:
        if 0 <= wanted - head.private.value_() < compound_nr(head).value_():
            return True, head
    # Something else is there: then this is not how the release keeps it.
    return not heads, None


def _at(pages: Object, offset: int) -> Iterator[Object]:
    """What the XArray has at the offset: the whole one, or since 6.10 that in the space."""
    for index in dict.fromkeys((offset, offset & ((1 << _SPACE_SHIFT) - 1))):
        found = xa_load(pages.address_of_(), index)
        if found != NULL(pages.prog_, "void *") and not xa_is_value(found):
            yield Object(pages.prog_, "struct page *", value=found.value_())
