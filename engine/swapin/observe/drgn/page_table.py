"""The raw PTE of an address, by a walk of the page table as the hardware does it."""

from __future__ import annotations

import re

from drgn import Object, Program
from drgn.helpers.linux.mm import virt_to_phys

from swapin.observe.drgn.errors import DrgnError

# x86-64; arch/x86/include/asm/pgtable_types.h.
PRESENT = 1 << 0
"""The bit of an entry that maps something."""
_HUGE = 1 << 7
_ADDRESS = (1 << 52) - (1 << 12)
_PAGE_SHIFT, _INDEX_BITS = 12, 9


def raw_pte(mm: Object, address: int) -> int:
    """The PTE that maps an address, present or not; 0 if it is empty.

    :param mm: ``struct mm_struct *``.
    :raises DrgnError: a huge entry stands where the table of the PTE would be.
    """
    prog = mm.prog_
    levels = 5 if _number(prog, "pgtable_l5_enabled") else 4
    # Memory encryption has a bit of the address, which is no address.
    frame = _ADDRESS & ~_number(prog, "sme_mask")
    table = virt_to_phys(mm.pgd).value_()
    for level in reversed(range(levels)):
        shift = _PAGE_SHIFT + level * _INDEX_BITS
        index = address >> shift & ((1 << _INDEX_BITS) - 1)
        entry: int = prog.read_u64(table + index * 8, physical=True)
        if level == 0 or not entry:
            return entry
        if not entry & PRESENT or entry & _HUGE:
            raise DrgnError(f"`{address:#x}` lies under a huge entry, `{entry:#x}`, not a PTE")
        table = entry & frame
    raise AssertionError("the last level is 0")


def _number(prog: Program, name: str) -> int:
    """A number of vmcoreinfo; 0 if it is not there."""
    text = prog["VMCOREINFO"].string_().decode("ascii", "replace")
    found = re.search(rf"^NUMBER\({name}\)=(-?\d+)$", text, re.MULTILINE)
    return int(found[1]) if found else 0
