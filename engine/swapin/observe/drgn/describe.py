"""A task and an address as a fault description: what the fault would find now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drgn import Architecture, Object, ObjectNotFoundError, Program
from drgn import FaultError as MemoryFault
from drgn.helpers.linux.mm import vma_find

from swapin.model import FaultError, Release
from swapin.observe.drgn.errors import DrgnError
from swapin.observe.drgn.folios import facts_of_folio, facts_of_new_folio
from swapin.observe.drgn.page_table import PRESENT, raw_pte
from swapin.observe.drgn.slots import Slot, slot_of
from swapin.program.ptes import PteCodec

if TYPE_CHECKING:
    from swapin.catalog import Catalog

# include/linux/mm.h.
_VM_WRITE, _VM_UFFD_WP = 1 << 1, 1 << 12
_SWAP = "swap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A fault description, and what was seen that is no fact of it."""

    fault: dict[str, Any]
    """The JSON form of a fault description."""
    remarks: tuple[str, ...]
    """One line each: the task, the device, what could not be known."""


def fault_of(
    task: Object, address: int, *, write: bool | None = None, catalog: Catalog | None = None
) -> Seen:
    """Describe the fault that an access to a swapped-out page would take.

    Facts are what the fault would find if it came now and nothing raced with it; what that
    leaves open (whether memory can be had, what another thread does) is left out.

    :param task: ``struct task_struct *``.
    :param address: an address of its memory, in bytes.
    :param write: whether the access writes; left out if not given.
    :param catalog: by default that of all installed plugins.
    :raises DrgnError: the PTE of the address is no swap PTE, or this kernel cannot be read.
    """
    if catalog is None:
        from swapin.catalog import load_catalog

        catalog = load_catalog()
    try:
        return _fault(task, address, write, catalog)
    except (MemoryFault, ObjectNotFoundError, AttributeError) as error:
        raise DrgnError(
            f"`{address:#x}`: the dump lacks it, or this kernel keeps it elsewhere: {error}"
        ) from error


def _fault(task: Object, address: int, write: bool | None, catalog: Catalog) -> Seen:
    prog = task.prog_
    release = _release(prog, catalog)
    if not task.mm:
        raise DrgnError(f"task {task.pid.value_()} has no memory of its own")
    vma = vma_find(task.mm, address)
    if not vma:
        raise DrgnError(f"`{address:#x}` is in no mapping of task {task.pid.value_()}")
    raw = raw_pte(task.mm, address)
    fault: dict[str, Any] = {
        "kernel": {"release": str(release)},
        "architecture": "x86_64",
        "pte": {"raw": f"{raw:#x}"},
        "vma": _vma(vma),
    }
    if write is not None:
        fault["access"] = {"write": write}
    remarks = [f"task {task.pid.value_()} ({task.comm.string_().decode('utf-8', 'replace')})"]
    try:
        pte = PteCodec(catalog).decode(raw, "x86_64", str(release))
    except FaultError as error:
        if not raw:
            raise DrgnError(f"`{address:#x}` has no PTE: never touched, or dropped") from error
        if raw & PRESENT:
            raise DrgnError(f"`{address:#x}` is mapped: its PTE is `{raw:#x}`") from error
        raise DrgnError(f"the PTE of `{address:#x}` is `{raw:#x}`: {error}") from error
    if pte.entry == _SWAP:
        slot = slot_of(prog, release, pte.type, pte.offset)
        fault["swap_device"] = slot.device
        remarks.append(f"slot {pte.offset:#x} of {slot.path}, disk {slot.disk or 'none'}")
        if slot.count is None:
            remarks.append("the swap count is not known")
        else:
            fault["swap_count"] = slot.count
        fault["folio"] = _folio(slot, vma, address, remarks)
    if raw_pte(task.mm, address) != raw:
        raise DrgnError(f"the PTE of `{address:#x}` changed while it was looked at: try again")
    return Seen(fault={key: part for key, part in fault.items() if part != {}}, remarks=(*remarks,))


def _folio(slot: Slot, vma: Object, address: int, remarks: list[str]) -> dict[str, bool]:
    if not slot.cache_known:
        remarks.append("the swap cache could not be looked at")
        return {}
    if slot.folio is None:
        return facts_of_new_folio(slot.count)
    references = slot.folio._refcount.counter.value_()
    remarks.append(f"the folio in the swap cache has {references} references")
    return facts_of_folio(slot.folio, vma, address, slot.count)


def _vma(vma: Object) -> dict[str, bool]:
    flags = vma.vm_flags.value_()
    return {"writable": bool(flags & _VM_WRITE), "uffd_wp": bool(flags & _VM_UFFD_WP)}


def _release(prog: Program, catalog: Catalog) -> Release:
    version = prog["UTS_RELEASE"].string_().decode("ascii", "replace")
    platform = prog.platform
    if platform is None or platform.arch != Architecture.X86_64:
        raise DrgnError("page tables of x86-64 alone are read")
    found = re.match(r"\d+\.\d+", version)
    if found is None or catalog.kernel(found[0]) is None:
        names = [name for name, kernel in catalog.kernels.items() if not kernel.variant]
        raise DrgnError(f"kernel `{version}` is not modelled; from {names[0]} to {names[-1]} are")
    return Release.parse(found[0])
