// SPDX-License-Identifier: GPL-2.0
/*
 * Page-table entries that become writable: ->page_mkwrite for frames, and
 * ->pfn_mkwrite for the special entries of VM_PFNMAP.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "compat.h"
#include "fault/count.h"
#include "fault/mkwrite.h"
#include "frame/frame.h"
#include "pager/residence.h"
#include "space/hold.h"

/*
 * Go on with a frame without a mapping: it was removed, or is shared.  It is locked.
 * Returns 0 when it is shared no longer, and still locked; or what page_mkwrite()
 * returns, unlocked.
 */
static noinline vm_fault_t mkwrite_shared(struct vmlab_space *space,
					  struct folio *folio)
{
	struct folio *own;

	if (!vmlab_frame_in(space, folio)) {
		folio_unlock(folio);
		return VM_FAULT_NOPAGE;
	}
	own = vmlab_pager_unshare(space, folio);
	if (own == folio)
		return 0;
	if (IS_ERR(own)) {
		folio_unlock(folio);
		return PTR_ERR(own) == -EHWPOISON ? VM_FAULT_HWPOISON :
						    VM_FAULT_OOM;
	}
	/* The entry of the shared frame is gone: the access faults again. */
	vmlab_frame_release(own);
	return VM_FAULT_NOPAGE;
}

/*
 * Begin a fault again, in ->fault, which waits until the space is not held.  The frame is
 * locked: a clone may have copied it already.
 */
static noinline vm_fault_t mkwrite_held(struct vmlab_space *space,
					struct folio *folio)
{
	if (vmlab_frame_in(space, folio))
		vmlab_frame_unmap(space, folio);
	folio_unlock(folio);
	return VM_FAULT_NOPAGE;
}

/**
 * vmlab_page_mkwrite() - mark a frame dirty before its entry becomes writable
 * @vmf: a write fault; vmf->page is the frame's, referenced
 *
 * Context: a page fault in a shared mapping, may sleep.
 * Return: VM_FAULT_LOCKED, VM_FAULT_NOPAGE when the frame was removed or replaced, or when
 * the space is held: mm faults again; VM_FAULT_SIGBUS when the task was killed; or, for a
 * frame that spaces share, VM_FAULT_OOM, VM_FAULT_HWPOISON.
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
	if (vmlab_held_mkwrite(space, vmf))
		return mkwrite_held(space, folio);
	if (unlikely(folio->mapping != space->inode->i_mapping)) {
		vm_fault_t ret = mkwrite_shared(space, folio);

		if (ret)
			return ret;
	}
	vmlab_frame_mark_dirty(space, folio);
	vmlab_count_mkwrite(space, folio->index);
	return VM_FAULT_LOCKED;
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
