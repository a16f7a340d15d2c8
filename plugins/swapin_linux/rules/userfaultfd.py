"""Userfaultfd: a protected PTE comes back protected, and a write asks the handler first.

Up to 6.10 the bit alone write-protects the PTE, even in a VMA that is no longer registered;
since 6.11 the registration counts. 7.3 adds read-write protection, restored as PROT_NONE.
"""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import (
    Expression,
    Outcome,
    Rule,
    Source,
    access,
    claim,
    kernel,
    limit,
    pte,
    veto,
    vma,
)

READ_WRITE_PROTECTED: Expression = kernel.uffd_rwp & vma.uffd_rwp & pte.uffd_wp
"""The page is restored with PROT_NONE: any access asks the handler."""

RULES = (
    veto(
        Outcome.PTE_WRITABLE,
        id="uffd-wp.bit",
        when=~kernel.writable_on_read_fault & pte.uffd_wp,
        because="the swap PTE carries the userfaultfd bit, so the PTE is write-protected",
        source=Source("mm/memory.c", "do_swap_page", until="6.10"),
    ),
    veto(
        Outcome.PTE_WRITABLE,
        id="uffd-wp.registered",
        when=kernel.writable_on_read_fault & pte.uffd_wp & vma.uffd_wp,
        because="the PTE is write-protected by userfaultfd",
        source=Source("include/linux/userfaultfd_k.h", "userfaultfd_pte_wp", since="6.11"),
    ),
    veto(
        Outcome.PTE_WRITABLE,
        id="uffd-rwp.restored",
        when=READ_WRITE_PROTECTED,
        because="userfaultfd read-write protection is restored as PROT_NONE",
        source=Source("mm/memory.c", "do_swap_page", since="7.3"),
    ),
    claim(
        Outcome.WRITE_NOT_ALLOWED,
        id="write.uffd-wp",
        when=pte.uffd_wp & vma.uffd_wp & ~vma.uffd_wp_async,
        because="userfaultfd write-protect asks the handler first",
        source=Source("mm/memory.c", "do_wp_page"),
    ),
    claim(
        Outcome.WRITE_NOT_ALLOWED,
        id="write.uffd-rwp",
        when=READ_WRITE_PROTECTED,
        because="userfaultfd read-write protection asks the handler first",
        source=Source("mm/memory.c", "do_swap_page", since="7.3"),
    ),
    limit(
        Outcome.WRITE_NOT_ALLOWED,
        id="write.forced-uffd-wp",
        when=~kernel.writable_on_read_fault
        & access.write
        & ~vma.writable
        & pte.uffd_wp
        & vma.uffd_wp,
        because="a forced write (FOLL_FORCE) to a page that userfaultfd write-protects, up to 6.10",
        source=Source("mm/gup.c", "can_follow_write_pte", since="6.0", until="6.10"),
    ),
)


@hookimpl
def swapin_rules() -> Iterable[Rule]:
    """The rules of userfaultfd."""
    return RULES
