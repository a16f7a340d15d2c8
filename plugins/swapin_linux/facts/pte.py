"""Facts of the swap PTE, ``vmf->orig_pte``."""

from collections.abc import Iterable

from swapin import hookimpl
from swapin.model import Fact, Source

ENTRY = Fact(
    name="pte.entry",
    meaning="the kind of entry in the swap PTE: a genuine swap entry, a non-swap entry, or none "
    "that the kernel knows (bad)",
    values=(
        "swap",
        "migration",
        "device_private",
        "device_exclusive",
        "hwpoison",
        "swapin_error",
        "marker_uffd_wp",
        "marker_poisoned",
        "marker_guard",
        "bad",
    ),
    usual="swap",
    source=Source("mm/memory.c", "do_swap_page"),
)

FACTS = (
    ENTRY,
    Fact(
        name="pte.same",
        meaning="the PTE still equals vmf->orig_pte where it is compared under the page table "
        "lock: pte_same()",
        usual=True,
        takes="another thread, which changes the PTE meanwhile",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Fact(
        name="pte.swp_exclusive",
        meaning="the swap PTE carries the exclusive marker: pte_swp_exclusive(vmf->orig_pte)",
        usual=True,
        derived=True,
        source=Source("mm/memory.c", "do_swap_page", since="5.19"),
    ),
    Fact(
        name="pte.soft_dirty",
        meaning="the swap PTE is soft-dirty: pte_swp_soft_dirty(vmf->orig_pte)",
        usual=True,
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Fact(
        name="pte.uffd_wp",
        meaning="the swap PTE carries the userfaultfd bit: pte_swp_uffd_wp(vmf->orig_pte)",
        source=Source("mm/memory.c", "do_swap_page"),
    ),
    Fact(
        name="pte.have_arch_swp_exclusive",
        meaning="the architecture's swap PTE has an exclusive bit: __HAVE_ARCH_PTE_SWP_EXCLUSIVE, "
        "or any architecture since 6.3",
        usual=True,
        source=Source("include/linux/pgtable.h", "pte_swp_exclusive", since="5.19", until="6.2"),
    ),
)


@hookimpl
def swapin_facts() -> Iterable[Fact]:
    """The facts of the swap PTE."""
    return FACTS
