"""A kernel source tree of our own: what the fault of 6.1 does, told in another form."""

from __future__ import annotations

from pathlib import Path

MEMORY = """
static bool should_try_to_free_swap(struct folio *folio, struct vm_area_struct *vma, int asked)
{
    bool is_cached = folio_test_swapcache(folio);

    if (mem_cgroup_swap_full(folio) || (vma->vm_flags & VM_LOCKED) || folio_test_mlocked(folio))
        return is_cached;
    return is_cached && !folio_test_ksm(folio) && folio_ref_count(folio) == 2 &&
        (asked & FAULT_FLAG_WRITE);
}

static vm_fault_t handle_pte_marker(struct vm_fault *vmf)
{
    return VM_FAULT_SIGBUS;
}

static vm_fault_t do_wp_page(struct vm_fault *vmf)
{
    if (userfaultfd_pte_wp(vma, *vmf->pte))
        return handle_userfault(vmf, VM_UFFD_WP);
    if (!PageAnonExclusive(vmf->page)) {
        if (folio_test_ksm(folio))
            return wp_page_copy(vmf);
        if (folio_ref_count(folio) > 1 + folio_test_swapcache(folio))
            return wp_page_copy(vmf);
        folio_free_swap(folio);
        if (folio_ref_count(folio) != 1)
            return wp_page_copy(vmf);
    }
    wp_page_reuse(vmf);
    return 0;
}

static vm_fault_t remove_device_exclusive_entry(struct vm_fault *vmf)
{
    if (!folio_lock_or_retry(folio, mm, flags))
        return VM_FAULT_RETRY;
    if (pte_same(*vmf->pte, vmf->orig_pte))
        restore_exclusive_pte(vma, vmf->page, address, vmf->pte);
    return 0;
}

static vm_fault_t not_swap(struct vm_fault *vmf)
{
    return 0;
}

vm_fault_t do_swap_page(struct vm_fault *vmf)
{
    struct swap_info_struct *si;
    struct folio *folio, *swapcache;
    bool exclusive = false;
    rmap_t flags = RMAP_NONE;
    pte_t pte;

    if (non_swap_entry(entry)) {
        if (is_migration_entry(entry))
            migration_entry_wait(mm, pmd, address);
        else if (is_device_exclusive_entry(entry))
            return remove_device_exclusive_entry(vmf);
        else if (is_device_private_entry(entry))
            return pte_same(*vmf->pte, vmf->orig_pte) ?
                vmf->page->pgmap->ops->migrate_to_ram(vmf) : 0;
        else if (is_hwpoison_entry(entry))
            return VM_FAULT_HWPOISON;
        else if (is_pte_marker_entry(entry))
            return handle_pte_marker(vmf);
        else
            return VM_FAULT_SIGBUS;
        return 0;
    }
    si = get_swap_device(entry);
    if (!si)
        return 0;
    folio = swap_cache_get_folio(entry, vma, address);
    swapcache = folio;
    if (folio) {
        if (PageHWPoison(page))
            return VM_FAULT_HWPOISON;
    } else if ((si->flags & SWP_SYNCHRONOUS_IO) && __swap_count(entry) == 1) {
        folio = vma_alloc_folio(GFP_HIGHUSER_MOVABLE, 0, vma, address, false);
    } else {
        folio = swapin_readahead(entry, GFP_HIGHUSER_MOVABLE, vmf);
        swapcache = folio;
    }
    if (!folio)
        return pte_same(*vmf->pte, vmf->orig_pte) ? VM_FAULT_OOM : 0;
    if (!folio_lock_or_retry(folio, mm, flags))
        return VM_FAULT_RETRY;
    if (swapcache) {
        if (!folio_test_swapcache(folio) || page_private(page) != entry.val)
            return 0;
        folio = ksm_might_need_to_copy(folio, vma, address);
        if (!folio)
            return VM_FAULT_OOM;
    }
    if (!pte_same(*vmf->pte, vmf->orig_pte))
        return 0;
    if (!folio_test_uptodate(folio))
        return VM_FAULT_SIGBUS;

    if (folio != swapcache)
        exclusive = true;
    else if (!folio_test_ksm(folio))
        exclusive = pte_swp_exclusive(vmf->orig_pte) &&
            !(folio_test_writeback(folio) && (si->flags & SWP_STABLE_WRITES));

    if (should_try_to_free_swap(folio, vma, vmf->flags))
        folio_free_swap(folio);
    pte = mk_pte(page, prot);
    if (exclusive || (!folio_test_ksm(folio) && folio_ref_count(folio) == 1)) {
        flags |= RMAP_EXCLUSIVE;
        if (vmf->flags & FAULT_FLAG_WRITE) {
            pte = maybe_mkwrite(pte, vma);
            vmf->flags &= ~FAULT_FLAG_WRITE;
        }
    }
    if (pte_swp_uffd_wp(vmf->orig_pte))
        pte = pte_wrprotect(pte_mkuffd_wp(pte));
    vmf->orig_pte = pte;
    if (folio != swapcache && swapcache)
        page_add_new_anon_rmap(page, vma, address);
    else
        page_add_anon_rmap(page, vma, address, flags);
    set_pte_at(mm, address, ptep, pte);
    if (vmf->flags & FAULT_FLAG_WRITE)
        return do_wp_page(vmf);
    return 0;
}
"""


def account_tree(folder: Path) -> Path:
    """Write the tree into a folder, and give the folder."""
    for name in ("mm", "arch"):
        (folder / name).mkdir(parents=True)
    (folder / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n")
    (folder / "mm" / "memory.c").write_text(MEMORY)
    return folder
