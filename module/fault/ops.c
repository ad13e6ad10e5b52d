// SPDX-License-Identifier: GPL-2.0
/*
 * The vm_operations_struct of /dev/vmlab: one page fault from top to bottom.
 *
 * Frames are ordinary pages, handed to mm locked (VM_FAULT_LOCKED) as
 * filemap_fault() does; mm sets the entry and keeps rmap and RSS right.  A write
 * fault asks mm for that at once where it can: see fault_map_writable().
 */
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "backing/backing.h"
#include "compat.h"
#include "fault/access.h"
#include "fault/around.h"
#include "fault/count.h"
#include "fault/entry.h"
#include "fault/huge.h"
#include "fault/inject.h"
#include "fault/mkwrite.h"
#include "fault/ops.h"
#include "frame/frame.h"
#include "pager/bring.h"
#include "pager/prefetch.h"
#include "pager/sampling.h"
#include "pager/stepping.h"
#include "space/hold.h"

static struct vmlab_space *vma_space(const struct vm_area_struct *vma)
{
	return vma->vm_private_data;
}

/* Return the code with which an injected error ends a fault. */
static vm_fault_t fault_injected(int action)
{
	switch (action) {
	case VMLAB_INJECT_SIGBUS:
		return VM_FAULT_SIGBUS;
	case VMLAB_INJECT_OOM:
		return VM_FAULT_OOM;
	case VMLAB_INJECT_HWPOISON:
		return VM_FAULT_HWPOISON;
	case VMLAB_INJECT_RETRY:
		/* As after a wait for a device, so that mm marks the next try. */
		return VM_FAULT_RETRY | VM_FAULT_MAJOR;
	default:
		return VM_FAULT_NOPAGE;
	}
}

/* May a fault map pages besides its own? */
static bool fault_may_map_around(struct vmlab_space *space,
				 const struct vm_fault *vmf)
{
	const unsigned long needed = VMLAB_AROUND_VM_FLAGS;

	return !(vmf->flags & FAULT_FLAG_WRITE) && !space->backing->special &&
	       (vmf->vma->vm_flags & needed) == needed;
}

/*
 * Do what paging wants besides the page of the fault: prefetch, stepping, sampling,
 * fault-around.  Returns whether the page was mapped.
 */
static noinline bool fault_extra(struct vmlab_space *space,
				 struct vm_fault *vmf, struct folio *folio,
				 bool filled)
{
	vmlab_prefetch(space, vmf->pgoff, vmf->vma->vm_pgoff,
		       vmf->vma->vm_pgoff + vma_pages(vmf->vma), filled);
	if (vmlab_stepping(space)) {
		vmlab_step(space, vmf->pgoff, vmf->flags);
		return false;
	}
	if (vmlab_sampling(space)) {
		vmlab_sample(space, folio, filled, vmf->flags);
		return false;
	}
	return READ_ONCE(space->pager.around) &&
	       fault_may_map_around(space, vmf) &&
	       vmlab_map_around(space, vmf, folio);
}

/* Can a write fault set its entry itself?  mm sets those of userfaultfd. */
static __always_inline bool may_insert_writable(const struct vm_fault *vmf,
						struct folio *folio)
{
	return VMLAB_HAVE_INSERT_WRITABLE &&
	       (vmf->vma->vm_flags & (VM_WRITE | VMLAB_VM_UFFD)) == VM_WRITE &&
	       vmlab_fault_may_set_entry(vmf, folio) &&
	       (!(vmf->flags & FAULT_FLAG_ORIG_PTE_VALID) ||
		pte_none(vmf->orig_pte));
}

/*
 * Set the entry of a write fault, if possible.  The frame is locked and referenced:
 * unlocked and put unless mm has to set the entry.  @written says whether it is
 * marked dirty; @writable is set to whether this call set the entry.
 *
 * mm would unlock the folio, call ->page_mkwrite, which locks it again, and look the
 * frame up once more to mark it dirty after it set the entry.
 *
 * Returns VM_FAULT_NOPAGE, also when another entry is there: the access faults again
 * if that one does not allow it; or VM_FAULT_LOCKED when mm has to set the entry, and
 * calls ->page_mkwrite if it is to be writable.
 */
static __always_inline vm_fault_t
fault_map_writable(struct vmlab_space *space, struct vm_fault *vmf,
		   struct folio *folio, bool written, bool *writable)
{
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
 * Map a frame that a fault found or filled; it is locked, and vmf->page is its.
 * @writable as in fault_map_writable().
 */
static __always_inline vm_fault_t
fault_map(struct vmlab_space *space, struct vm_fault *vmf, struct folio *folio,
	  const struct vmlab_found *found, bool *writable)
{
	if (unlikely(READ_ONCE(space->pager.extra)) &&
	    fault_extra(space, vmf, folio, found->add)) {
		vmlab_frame_release(folio);
		return VM_FAULT_NOPAGE;
	}
	/* As of its backing: fault_fits() compared them. */
	if (unlikely(vmf->vma->vm_flags & VM_PFNMAP))
		return vmlab_map_special(space, vmf, folio,
					 vmf->flags & FAULT_FLAG_WRITE);
	if (!(vmf->flags & FAULT_FLAG_WRITE))
		return VM_FAULT_LOCKED;
	if (fault_map_writable(space, vmf, folio, found->written, writable) ==
	    VM_FAULT_NOPAGE)
		return VM_FAULT_NOPAGE;
	if (vmf->vma->vm_flags & VM_SHARED)
		vmlab_hold_expect_mkwrite(vmf);
	return VM_FAULT_LOCKED;
}

/* Count why a fault found no frame, and return the code that ends it. */
static vm_fault_t fault_failed(struct vmlab_space *space,
			       const struct vm_fault *vmf, int err,
			       u32 *outcome)
{
	switch (err) {
	case -ERANGE:
		vmlab_count(space, sigbus);
		*outcome = VMLAB_FAULT_SIGBUS;
		return VM_FAULT_SIGBUS;
	case -ENOMEM:
		vmlab_count(space, oom);
		*outcome = VMLAB_FAULT_OOM;
		return VM_FAULT_OOM;
	case -EINTR:
		/*
		 * Only a fatal signal ends a wait.  In a fault of the kernel,
		 * VM_FAULT_RETRY ends the access, or an error where mm does
		 * not allow it.  After NOPAGE the access would fault again,
		 * and futex(2) looks at no signal in between.
		 */
		vmlab_count(space, interrupted);
		*outcome = VMLAB_FAULT_INTERRUPTED;
		return vmlab_fault_may_end(vmf->flags) ? VM_FAULT_RETRY :
							 VM_FAULT_SIGBUS;
	default:
		vmlab_count(space, error);
		*outcome = VMLAB_FAULT_ERROR;
		return VM_FAULT_SIGBUS;
	}
}

/*
 * Can a VMA have entries of the kind that the backing needs?  Not if the backing
 * changed after ->mmap, before mm linked the VMA.  The caller holds the lock of a
 * frame: the backing stays.
 */
static bool fault_fits(struct vmlab_space *space,
		       const struct vm_area_struct *vma)
{
	return space->backing->special == !!(vma->vm_flags & VM_PFNMAP);
}

/* Bring in the frame of a fault and map it.  @writable as in fault_map(). */
static __always_inline vm_fault_t
fault_serve(struct vmlab_space *space, struct vm_fault *vmf, u32 *outcome,
	    bool *writable)
{
	struct vmlab_found found __uninitialized;
	struct folio *folio;

	/* A write to a private mapping is one to a copy. */
	found.written = vmf->flags & FAULT_FLAG_WRITE &&
			vmf->vma->vm_flags & VM_SHARED;
	folio = vmlab_bring_fault(space, vmf->pgoff, &found);
	if (IS_ERR(folio))
		return fault_failed(space, vmf, PTR_ERR(folio), outcome);
	vmf->page = vmlab_frame_page(folio, vmf->pgoff);
	if (unlikely(PageHWPoison(vmf->page))) {
		/* mm would take the frame for a page of its page cache. */
		vmlab_frame_release(folio);
		vmlab_count(space, error);
		*outcome = VMLAB_FAULT_ERROR;
		return VM_FAULT_HWPOISON;
	}
	if (unlikely(!fault_fits(space, vmf->vma))) {
		vmlab_frame_release(folio);
		return fault_failed(space, vmf, -ENXIO, outcome);
	}
	if (found.add) {
		/* Pairs with the barrier in vmlab_hold_begin(). */
		smp_mb();
		vmlab_count(space, filled);
		*outcome = VMLAB_FAULT_FILLED;
	} else {
		vmlab_count(space, mapped);
		*outcome = VMLAB_FAULT_MAPPED;
	}
	/* Otherwise a clone that copies this frame later unmaps it again. */
	if (vmlab_held(space, vmf->flags)) {
		vmlab_frame_release(folio);
		return VM_FAULT_RETRY;
	}
	return fault_map(space, vmf, folio, &found, writable);
}

/* A page of the mapping is touched and no entry maps it. */
static vm_fault_t vmlab_fault(struct vm_fault *vmf)
{
	struct vmlab_space *space = vma_space(vmf->vma);
	const u64 begin = vmlab_fault_begin(space);
	bool writable = false;
	int injected = -1;
	vm_fault_t ret;
	u32 outcome;

	if (vmlab_held(space, vmf->flags))
		return vmlab_hold_wait(space, vmf);
	if (unlikely(rcu_access_pointer(space->inject)))
		injected = vmlab_inject_fault(space, vmf);
	if (likely(injected == -1)) {
		ret = fault_serve(space, vmf, &outcome, &writable);
	} else if (injected == -EINTR) {
		ret = fault_failed(space, vmf, injected, &outcome);
	} else {
		vmlab_count(space, error);
		outcome = VMLAB_FAULT_INJECTED;
		ret = fault_injected(injected);
	}
	vmlab_count_fault(space, vmf, outcome, writable, begin);
	/* Last: without the lock the VMA can go, and the space with it. */
	if (unlikely(ret & VM_FAULT_RETRY))
		vmlab_fault_unlock(vmf);
	return ret;
}

/*
 * Map nothing around a read fault: ->fault does that when it is configured, for
 * the first access to each page must be counted.  Without this operation mm
 * would not call ->fault under the per-VMA lock (vmf_can_call_fault() in
 * mm/memory.c).
 */
static vm_fault_t vmlab_map_pages(struct vm_fault *vmf, pgoff_t first,
				  pgoff_t last)
{
	return 0;
}

/* fork or a split made another VMA of the space. */
static void vmlab_vma_open(struct vm_area_struct *vma)
{
	vmlab_count(vma_space(vma), vma_open);
}

/* A VMA can be split at any page: mm splits huge entries itself. */
static int vmlab_vma_may_split(struct vm_area_struct *vma, unsigned long addr)
{
	return offset_in_page(addr) ? -EINVAL : 0;
}

/* The VMA moved; nothing depends on its address. */
static int vmlab_vma_mremap(struct vm_area_struct *vma)
{
	vmlab_count(vma_space(vma), vma_mremap);
	return 0;
}

/* Without ->close: mm never merges VMAs that have it again after a split. */
static const struct vm_operations_struct vmlab_vm_ops = {
	.open		= vmlab_vma_open,
	.may_split	= vmlab_vma_may_split,
	.mremap		= vmlab_vma_mremap,
	.fault		= vmlab_fault,
#ifdef VMLAB_HAVE_HUGE
	.huge_fault	= vmlab_huge_fault,
#endif
	.map_pages	= vmlab_map_pages,
	.page_mkwrite	= vmlab_page_mkwrite,
	.pfn_mkwrite	= vmlab_pfn_mkwrite,
	.access		= vmlab_access,
};

/**
 * vmlab_vma_is_ours() - tell whether a VMA maps a space
 * @vma: the VMA
 *
 * Context: any.
 * Return: whether vma->vm_private_data is a struct vmlab_space.
 */
bool vmlab_vma_is_ours(const struct vm_area_struct *vma)
{
	return vma->vm_ops == &vmlab_vm_ops;
}

/**
 * vmlab_vma_setup() - make a new VMA one of a space
 * @vma: the VMA, from mmap(2)
 * @space: the space
 *
 * Context: process context; mmap_lock is held for writing.
 */
void vmlab_vma_setup(struct vm_area_struct *vma, struct vmlab_space *space)
{
	vma->vm_ops = &vmlab_vm_ops;
	vma->vm_private_data = space;
	/* mm calls ->open only for copies of this first VMA. */
	vmlab_vma_open(vma);
}
