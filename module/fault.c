// SPDX-License-Identifier: GPL-2.0
/*
 * The vm_operations_struct of /dev/vmlab: what mm asks of a mapping of ours.
 *
 * Frames are ordinary pages, handed to mm locked (VM_FAULT_LOCKED) as
 * filemap_fault() does; mm sets the entry and keeps rmap and RSS right.
 */
#include <linux/highmem.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "backing/backing.h"
#include "compat.h"
#include "huge.h"
#include "inject.h"
#include "policy/policy.h"
#include "space.h"
#include "trace.h"

static struct vmlab_space *vma_space(const struct vm_area_struct *vma)
{
	return vma->vm_private_data;
}

static void vmlab_count_fault(struct vmlab_space *space,
			      const struct vm_fault *vmf, u32 outcome,
			      u64 begin)
{
	u64 ns = ktime_get_ns() - begin;

	if (vmf->flags & FAULT_FLAG_WRITE) {
		vmlab_count(space, write_faults);
		if (!(vmf->vma->vm_flags & VM_SHARED))
			vmlab_count(space, cow_faults);
	} else {
		vmlab_count(space, read_faults);
	}
	if (vmf->flags & VMLAB_FAULT_VMA_LOCK)
		vmlab_count(space, vma_lock_faults);

	trace_vmlab_fault(space->id, vmf, outcome, ns);
	vmlab_event(&space->events, VMLAB_EVENT_FAULT, vmf->pgoff, outcome,
		    ns);
	this_cpu_add(space->counters->latency_ns_sum, ns);
	this_cpu_inc(space->counters->latency[vmlab_latency_bucket(ns)]);
}

/*
 * Set a special entry of a locked frame, and unlock it.  A writable entry
 * comes only from here, so that the frame is marked dirty under the same lock.
 */
static vm_fault_t vmlab_map_special(struct vmlab_space *space,
				    struct vm_fault *vmf, struct folio *folio,
				    bool write)
{
	struct vm_area_struct *vma = vmf->vma;
	pgprot_t prot = vma->vm_page_prot;
	vm_fault_t ret;

	if (write) {
		vmlab_space_mark_dirty(space, folio);
		prot = vm_get_page_prot(vma->vm_flags);
	}
	ret = vmf_insert_pfn_prot(vma, vmf->address,
				  page_to_pfn(folio_page(folio, 0)), prot);
	folio_unlock(folio);
	folio_put(folio);
	return ret;
}

/* A special entry is about to become writable: set another in its place. */
static vm_fault_t vmlab_pfn_mkwrite(struct vm_fault *vmf)
{
	struct vmlab_space *space = vma_space(vmf->vma);
	struct folio *folio;

	folio = vmlab_space_peek(space, vmf->pgoff);
	if (!folio)
		return VM_FAULT_NOPAGE;
	folio_lock(folio);
	if (unlikely(!folio->mapping)) {
		folio_unlock(folio);
		folio_put(folio);
		return VM_FAULT_NOPAGE;
	}
	vmlab_count(space, mkwrite);
	trace_vmlab_mkwrite(space->id, folio->index);
	vmlab_event(&space->events, VMLAB_EVENT_MKWRITE, folio->index, 0, 0);
	/* It would stay as it is otherwise. */
	unmap_mapping_pages(space->inode->i_mapping, vmf->pgoff, 1, false);
	return vmlab_map_special(space, vmf, folio, true);
}

/* What mm is told, of a fault that is disturbed. */
static vm_fault_t vmlab_fault_injected(int action)
{
	switch (action) {
	case VMLAB_INJECT_SIGBUS:
		return VM_FAULT_SIGBUS;
	case VMLAB_INJECT_OOM:
		return VM_FAULT_OOM;
	case VMLAB_INJECT_HWPOISON:
		return VM_FAULT_HWPOISON;
	case VMLAB_INJECT_RETRY:
		/* As if it waited for a device: so mm marks the next try. */
		return VM_FAULT_RETRY | VM_FAULT_MAJOR;
	default:
		return VM_FAULT_NOPAGE;
	}
}

/*
 * Map those of the next pages that are resident.  Not in ->map_pages: mm calls
 * that under RCU, where no page table can be allocated.
 */
static void vmlab_map_around(struct vmlab_space *space, struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long addr = vmf->address & PAGE_MASK;
	pgoff_t pgoff = vmf->pgoff;
	unsigned int nr = READ_ONCE(space->pager.prefetch_pages);

	while (nr-- && (addr += PAGE_SIZE) < vma->vm_end) {
		struct folio *folio = vmlab_space_peek(space, ++pgoff);
		struct page *page;
		bool mapped;

		if (!folio)
			continue;
		page = vmlab_frame_page(folio, pgoff);
		if (!folio_trylock(folio)) {
			folio_put(folio);
			continue;
		}
		if (!folio->mapping || PageHWPoison(page) ||
		    pgoff >= READ_ONCE(space->nr_pages))
			mapped = false;
		else
			mapped = !vm_insert_page(vma, addr, page);
		if (mapped) {
			vmlab_pager_mapped_around(folio);
			vmlab_count(space, mapped_around);
		}
		folio_unlock(folio);
		folio_put(folio);
	}
}

/* Map the frame that a fault found or filled, locked, in one way or another. */
static vm_fault_t vmlab_fault_map(struct vmlab_space *space,
				  struct vm_fault *vmf, struct folio *folio,
				  bool filled)
{
	vmlab_pager_prefetch(space, vmf->pgoff, vmf->vma->vm_pgoff,
			     vmf->vma->vm_pgoff + vma_pages(vmf->vma), filled);
	if (vmlab_pager_stepping(&space->pager))
		vmlab_pager_step(space, vmf->pgoff, vmf->flags);
	else if (unlikely(vmf->vma->vm_flags & VM_MIXEDMAP) &&
		 !(vmf->flags & FAULT_FLAG_WRITE) &&
		 READ_ONCE(space->pager.around))
		vmlab_map_around(space, vmf);
	if (unlikely(space->backing->special))
		return vmlab_map_special(space, vmf, folio,
					 vmf->flags & FAULT_FLAG_WRITE);
	vmf->page = vmlab_frame_page(folio, vmf->pgoff);
	return VM_FAULT_LOCKED;
}

/* A page of the mapping is touched and no entry maps it. */
static vm_fault_t vmlab_fault(struct vm_fault *vmf)
{
	struct vmlab_space *space = vma_space(vmf->vma);
	u64 begin = ktime_get_ns();
	struct folio *folio;
	int injected = -1;
	u32 outcome;
	bool filled;
	vm_fault_t ret;

	if (unlikely(rcu_access_pointer(space->inject)))
		injected = vmlab_inject_fault(space, vmf);
	if (unlikely(injected >= 0)) {
		vmlab_count(space, error);
		outcome = VMLAB_FAULT_INJECTED;
		ret = vmlab_fault_injected(injected);
		goto out;
	}

	folio = injected == -EINTR ? ERR_PTR(-EINTR) :
		vmlab_space_frame(space, vmf->pgoff, &filled);
	if (!IS_ERR(folio) &&
	    unlikely(PageHWPoison(vmlab_frame_page(folio, vmf->pgoff)))) {
		/* mm would take the frame for a page of its page cache. */
		folio_unlock(folio);
		folio_put(folio);
		vmlab_count(space, error);
		outcome = VMLAB_FAULT_ERROR;
		ret = VM_FAULT_HWPOISON;
	} else if (!IS_ERR(folio)) {
		if (filled)
			vmlab_count(space, filled);
		else
			vmlab_count(space, mapped);
		outcome = filled ? VMLAB_FAULT_FILLED : VMLAB_FAULT_MAPPED;
		ret = vmlab_fault_map(space, vmf, folio, filled);
	} else if (PTR_ERR(folio) == -ERANGE) {
		vmlab_count(space, sigbus);
		outcome = VMLAB_FAULT_SIGBUS;
		ret = VM_FAULT_SIGBUS;
	} else if (PTR_ERR(folio) == -ENOMEM) {
		vmlab_count(space, oom);
		outcome = VMLAB_FAULT_OOM;
		ret = VM_FAULT_OOM;
	} else if (PTR_ERR(folio) == -EINTR) {
		/* Only a fatal signal ends the wait: no instruction follows. */
		vmlab_count(space, interrupted);
		outcome = VMLAB_FAULT_INTERRUPTED;
		ret = VM_FAULT_NOPAGE;
	} else {
		vmlab_count(space, error);
		outcome = VMLAB_FAULT_ERROR;
		ret = VM_FAULT_SIGBUS;
	}
out:
	vmlab_count_fault(space, vmf, outcome, begin);
	/* Last: without the lock the VMA may go, and the space with it. */
	if (unlikely(ret & VM_FAULT_RETRY))
		vmlab_fault_unlock(vmf);
	return ret;
}

/*
 * Map what is resident around a read fault: ->fault does that when it should,
 * for the first access to each page is to be seen and counted.  Without this
 * operation mm would not call ->fault under the per-VMA lock
 * (vmf_can_call_fault() in mm/memory.c).
 */
static vm_fault_t vmlab_map_pages(struct vm_fault *vmf, pgoff_t first,
				  pgoff_t last)
{
	return 0;
}

#ifdef VMLAB_HAVE_HUGE
/*
 * A page is touched and nothing is mapped in its 2 MiB, or a huge entry is
 * about to become writable.  Whatever is not as it must be is left to ->fault,
 * which maps pages, and says what is wrong.
 */
static vm_fault_t vmlab_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct vmlab_space *space = vma_space(vmf->vma);
	bool write = vmf->flags & FAULT_FLAG_WRITE;
	u64 begin = ktime_get_ns();
	struct folio *folio;
	vm_fault_t ret;
	bool filled;
	pmd_t pmd;

	if (order != HPAGE_PMD_ORDER || !vmlab_huge_wanted(space, vmf))
		return VM_FAULT_FALLBACK;
	folio = vmlab_huge_bring(space, vmf->pgoff, &filled);
	if (IS_ERR(folio))
		return VM_FAULT_FALLBACK;

	/* Whoever mapped a page of it meanwhile held the lock of the folio. */
	pmd = pmdp_get_lockless(vmf->pmd);
	if (unlikely(!pmd_none(pmd) && !pmd_trans_huge(pmd)) ||
	    unlikely(folio_test_has_hwpoisoned(folio))) {
		folio_unlock(folio);
		folio_put(folio);
		return VM_FAULT_FALLBACK;
	}
	if (write) {
		vmlab_space_mark_dirty(space, folio);
		vmlab_count(space, mkwrite);
		trace_vmlab_mkwrite(space->id, folio->index);
		vmlab_event(&space->events, VMLAB_EVENT_MKWRITE, folio->index,
			    0, 0);
	}
	ret = vmf_insert_folio_pmd(vmf, folio, write);
	folio_unlock(folio);
	folio_put(folio);

	if (filled)
		vmlab_count(space, filled);
	else
		vmlab_count(space, mapped);
	vmlab_count_fault(space, vmf, filled ? VMLAB_FAULT_FILLED :
				      VMLAB_FAULT_MAPPED, begin);
	return ret;
}
#endif

/* A shared mapping is about to make the entry of a frame writable. */
static vm_fault_t vmlab_page_mkwrite(struct vm_fault *vmf)
{
	struct vmlab_space *space = vma_space(vmf->vma);
	struct folio *folio = page_folio(vmf->page);

	folio_lock(folio);
	if (unlikely(folio->mapping != space->inode->i_mapping)) {
		/* Removed meanwhile: fault again. */
		folio_unlock(folio);
		return VM_FAULT_NOPAGE;
	}
	vmlab_space_mark_dirty(space, folio);
	vmlab_count(space, mkwrite);
	trace_vmlab_mkwrite(space->id, folio->index);
	vmlab_event(&space->events, VMLAB_EVENT_MKWRITE, folio->index, 0, 0);
	return VM_FAULT_LOCKED;
}

/* fork or a split made another VMA of ours. */
static void vmlab_vma_open(struct vm_area_struct *vma)
{
	struct vmlab_space *space = vma_space(vma);

	atomic_long_inc(&space->nr_vmas);
	vmlab_count(space, vma_open);
}

/* The VMA goes; its reference to the file still keeps the space. */
static void vmlab_vma_close(struct vm_area_struct *vma)
{
	struct vmlab_space *space = vma_space(vma);

	atomic_long_dec(&space->nr_vmas);
	vmlab_count(space, vma_close);
}

/* Frames are single pages: any page boundary is a good place to split. */
static int vmlab_vma_may_split(struct vm_area_struct *vma, unsigned long addr)
{
	return offset_in_page(addr) ? -EINVAL : 0;
}

/* The VMA moved; nothing of ours depends on its address. */
static int vmlab_vma_mremap(struct vm_area_struct *vma)
{
	vmlab_count(vma_space(vma), vma_mremap);
	return 0;
}

/*
 * ptrace and /proc/PID/mem come here when get_user_pages() cannot serve the
 * address, such as beyond the end of the space.  A private mapping may hold
 * copies that only get_user_pages() can find.
 */
static int vmlab_vma_access(struct vm_area_struct *vma, unsigned long addr,
			    void *buf, int len, int write)
{
	struct vmlab_space *space = vma_space(vma);
	unsigned int offset = offset_in_page(addr);
	pgoff_t pgoff = linear_page_index(vma, addr);
	struct folio *folio;
	bool filled;
	void *kaddr;

	vmlab_count(space, remote_access);
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EFAULT;
	if (write && !(vma->vm_flags & VM_WRITE))
		return -EACCES;

	folio = vmlab_space_frame(space, pgoff, &filled);
	if (IS_ERR(folio))
		return -EFAULT;

	len = min_t(int, len, PAGE_SIZE - offset);
	kaddr = kmap_local_page(vmlab_frame_page(folio, pgoff));
	if (write) {
		memcpy(kaddr + offset, buf, len);
		vmlab_space_mark_dirty(space, folio);
	} else {
		memcpy(buf, kaddr + offset, len);
	}
	kunmap_local(kaddr);
	folio_unlock(folio);
	folio_put(folio);
	return len;
}

const struct vm_operations_struct vmlab_vm_ops = {
	.open		= vmlab_vma_open,
	.close		= vmlab_vma_close,
	.may_split	= vmlab_vma_may_split,
	.mremap		= vmlab_vma_mremap,
	.fault		= vmlab_fault,
#ifdef VMLAB_HAVE_HUGE
	.huge_fault	= vmlab_huge_fault,
#endif
	.map_pages	= vmlab_map_pages,
	.page_mkwrite	= vmlab_page_mkwrite,
	.pfn_mkwrite	= vmlab_pfn_mkwrite,
	.access		= vmlab_vma_access,
};
