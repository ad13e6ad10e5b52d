// SPDX-License-Identifier: GPL-2.0
/*
 * Page-table entries that become writable: ->page_mkwrite for frames, and
 * ->pfn_mkwrite for the special entries of VM_PFNMAP.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "compat.h"
#include "fault/count.h"
#include "fault/entry.h"
#include "fault/mkwrite.h"
#include "frame/frame.h"

/**
 * vmlab_page_mkwrite() - mark a frame dirty before its entry becomes writable
 * @vmf: a write fault; vmf->page is the frame's, referenced
 *
 * Context: a page fault in a shared mapping, may sleep.
 * Return: VM_FAULT_LOCKED, VM_FAULT_NOPAGE when the frame was removed: mm faults
 * again; or VM_FAULT_SIGBUS when the task was killed.
 */
vm_fault_t vmlab_page_mkwrite(struct vm_fault *vmf)
{
	struct vmlab_space *space = vmf->vma->vm_private_data;
	struct folio *folio = page_folio(vmf->page);

	/*
	 * mm hides the flags of the fault here, so the lock cannot be dropped;
	 * and an access of the kernel would fault again after NOPAGE.
	 */
	if (folio_lock_killable(folio))
		return VM_FAULT_SIGBUS;
	if (unlikely(folio->mapping != space->inode->i_mapping)) {
		folio_unlock(folio);
		return VM_FAULT_NOPAGE;
	}
	vmlab_frame_mark_dirty(space, folio);
	vmlab_count_mkwrite(space, folio->index);
	return VM_FAULT_LOCKED;
}

/* Can a write fault set its entry itself?  mm sets those of userfaultfd. */
static bool may_insert_writable(const struct vm_fault *vmf, struct folio *folio)
{
	return VMLAB_HAVE_INSERT_WRITABLE &&
	       (vmf->vma->vm_flags & (VM_WRITE | VMLAB_VM_UFFD)) == VM_WRITE &&
	       vmlab_fault_may_set_entry(vmf, folio) &&
	       (!(vmf->flags & FAULT_FLAG_ORIG_PTE_VALID) ||
		pte_none(vmf->orig_pte));
}

/**
 * vmlab_map_writable() - set the entry of a write fault, if possible
 * @space: the space
 * @vmf: the fault; vmf->page is the frame's, locked and referenced; unlocked and
 *	put unless mm has to set the entry
 * @written: the frame is marked dirty already
 * @writable: set to true when this call set the entry
 *
 * mm would unlock the folio, call ->page_mkwrite, which locks it again, and look
 * the frame up once more to mark it dirty after it set the entry.
 *
 * Context: a page fault, may sleep.
 * Return: VM_FAULT_NOPAGE, also when another entry is there: the access faults
 * again if that one does not allow it; or VM_FAULT_LOCKED when mm has to set the
 * entry, and calls ->page_mkwrite if it is to be writable.
 */
vm_fault_t vmlab_map_writable(struct vmlab_space *space, struct vm_fault *vmf,
			      bool written, bool *writable)
{
	struct folio *folio = page_folio(vmf->page);
	int ret;

	if (!may_insert_writable(vmf, folio))
		return VM_FAULT_LOCKED;
	/* Before there is an entry through which it can be written. */
	if (!written)
		vmlab_frame_set_dirty(space, folio);
	ret = vmlab_insert_writable(vmf, vmf->page);
	/* No page table: it was freed since, or memory ran out. */
	if (unlikely(ret && ret != -EBUSY))
		return VM_FAULT_LOCKED;
	/* Otherwise the task that set the other entry counts, or the next fault. */
	*writable = !ret;
	vmlab_frame_release(folio);
	return VM_FAULT_NOPAGE;
}

/*
 * Is there an entry that is neither none nor present?  It is a marker: kernels
 * that do not check for VM_SPECIAL in vma_can_userfault() let userfaultfd
 * write-protect special mappings.
 */
static bool mkwrite_marked(const struct vm_fault *vmf)
{
	return vmf->flags & FAULT_FLAG_ORIG_PTE_VALID &&
	       !pte_none(vmf->orig_pte) && !pte_present(vmf->orig_pte);
}

/**
 * vmlab_map_special() - set a special entry for a frame
 * @space: the space
 * @vmf: the fault
 * @folio: the frame, locked; unlocked and put
 * @write: make the entry writable, and mark the frame dirty
 *
 * Writable special entries come only from here, so that the frame is marked
 * dirty under the same folio lock.
 *
 * Context: a page fault, may sleep.
 * Return: VM_FAULT_NOPAGE, an error of vmf_insert_pfn_prot(), or VM_FAULT_SIGBUS
 * when a marker is there, see below.
 */
vm_fault_t vmlab_map_special(struct vmlab_space *space, struct vm_fault *vmf,
			     struct folio *folio, bool write)
{
	struct vm_area_struct *vma = vmf->vma;
	pgprot_t prot = vma->vm_page_prot;
	vm_fault_t ret;

	/*
	 * vmf_insert_pfn_prot() leaves a marker alone and reports success: the
	 * access would fault again without end, in the kernel beyond SIGKILL.
	 */
	if (unlikely(mkwrite_marked(vmf))) {
		vmlab_frame_release(folio);
		return VM_FAULT_SIGBUS;
	}
	if (write) {
		vmlab_frame_mark_dirty(space, folio);
		prot = vm_get_page_prot(vma->vm_flags);
	}
	ret = vmf_insert_pfn_prot(vma, vmf->address,
				  page_to_pfn(folio_page(folio, 0)), prot);
	vmlab_frame_release(folio);
	return ret;
}

/**
 * vmlab_pfn_mkwrite() - replace a special entry by a writable one
 * @vmf: the fault
 *
 * Context: a page fault in a shared mapping, may sleep.
 * Return: VM_FAULT_NOPAGE, an error of vmf_insert_pfn_prot(), or VM_FAULT_SIGBUS
 * when the task was killed.
 */
vm_fault_t vmlab_pfn_mkwrite(struct vm_fault *vmf)
{
	struct vmlab_space *space = vmf->vma->vm_private_data;
	struct folio *folio;

	folio = vmlab_frame_get(space, vmf->pgoff);
	if (!folio)
		return VM_FAULT_NOPAGE;
	if (folio_lock_killable(folio)) {
		folio_put(folio);
		return VM_FAULT_SIGBUS;
	}
	if (unlikely(!folio->mapping)) {
		vmlab_frame_release(folio);
		return VM_FAULT_NOPAGE;
	}
	vmlab_count_mkwrite(space, folio->index);
	/* vmf_insert_pfn_prot() does not change an entry that is there. */
	unmap_mapping_pages(space->inode->i_mapping, vmf->pgoff, 1, false);
	return vmlab_map_special(space, vmf, folio, true);
}
