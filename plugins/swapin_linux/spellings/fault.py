"""A fault from its entry to what a write does: what is around ``do_swap_page()``.

``swap_in_fault()`` is our own account of the caller: what the access is, how the fault ended by
what was returned, and the write that follows at once if the fault itself was none.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import (
    Expression,
    Outcome,
    Source,
    Spelling,
    access,
    folio,
    follow,
    spell,
    swap_slot,
    vma,
)

FAULT = Source("mm/memory.c", "do_swap_page")

ENTRY = """
vm_fault_t swap_in_fault(struct vm_fault *vmf)
{
    vm_fault_t ended;

    mapped = 0;
    elsewhere = 0;
    written = 0;
    anon_exclusive = 0;
    in_cache = !is_fresh;
    vmf->flags = (is_write ? FAULT_FLAG_WRITE : 0) | (has_vma_lock ? FAULT_FLAG_VMA_LOCK : 0);
    ended = do_swap_page(vmf);
    if (!mapped) {
        if (elsewhere)
            return ended;
        if (ended & VM_FAULT_HWPOISON)
            ends_poisoned();
        else if (ended & VM_FAULT_SIGBUS)
            ends_with_bus_error();
        else if (ended & VM_FAULT_SIGSEGV)
            ends_at_guard();
        else if (ended & VM_FAULT_OOM)
            ends_out_of_memory();
        else if (ended & VM_FAULT_RETRY)
            ends_retried();
        else
            ends_raced();
        return ended;
    }
    if (written)
        return ended;
    if (vmf->orig_pte & PTE_WRITE) {
        writes_in_place();
    } else if (vmf->orig_pte & PTE_PROTNONE) {
        writes_not();
    } else if (!(vma->vm_flags & VM_WRITE)) {
        if (is_write)
            writes_in_place();
        else
            writes_not();
    } else {
        vmf->flags = FAULT_FLAG_WRITE;
        do_wp_page(vmf);
    }
    return ended;
}
"""


ORDINARY: Expression = ~folio.fresh & ~folio.writeback & swap_slot.claimed


def _settles(text: str, outcome: Outcome, ghost: str) -> Spelling:
    return spell(text, records={outcome.yes.name: "1"}, reads=f"{ghost} = 1", source=FAULT)


SPELLINGS = (
    follow("swap_in_fault", body=ENTRY, ordinarily=ORDINARY, source=FAULT),
    follow("do_swap_page", source=FAULT),
    spell("is_write", means=access.write, source=FAULT),
    spell("has_vma_lock", means=access.vma_lock, source=FAULT),
    spell("is_fresh", means=folio.fresh, source=FAULT),
    spell("vma->vm_flags & VM_WRITE", means=vma.writable, source=FAULT),
    spell(
        "VM_FAULT_ERROR",
        reads="VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV | VM_FAULT_HWPOISON",
        source=Source("include/linux/mm_types.h", "VM_FAULT_ERROR"),
    ),
    _settles("ends_poisoned()", Outcome.PATH_POISONED, "elsewhere"),
    _settles("ends_with_bus_error()", Outcome.PATH_BUS_ERROR, "elsewhere"),
    _settles("ends_at_guard()", Outcome.PATH_GUARD, "elsewhere"),
    _settles("ends_out_of_memory()", Outcome.PATH_OUT_OF_MEMORY, "elsewhere"),
    _settles("ends_retried()", Outcome.PATH_RETRIED, "elsewhere"),
    _settles("ends_raced()", Outcome.PATH_RACED, "elsewhere"),
    _settles("writes_in_place()", Outcome.WRITE_IN_PLACE, "written"),
    _settles("writes_not()", Outcome.WRITE_NOT_ALLOWED, "written"),
)


@hookimpl
def swapin_spellings() -> Iterable[Spelling]:
    """What is around do_swap_page()."""
    return SPELLINGS
