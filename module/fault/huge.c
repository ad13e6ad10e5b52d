// SPDX-License-Identifier: GPL-2.0
/* Faults that map 2 MiB at once. */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>

#include "backing/backing.h"
#include "compat.h"
#include "fault/count.h"
#include "fault/huge.h"
#include "frame/frame.h"
#include "pager/bring.h"
#include "pager/sampling.h"
#include "pager/stepping.h"
#include "space/hold.h"

#ifdef VMLAB_HAVE_HUGE

/*
 * Should a huge frame serve a fault?  Not while accesses must fault or rules
 * disturb faults: both are about pages.  Nor in a private mapping that is
 * written: mm copies pages there.  Nor for a core dump, which must not fill
 * holes: ->fault tells them from pages.  Nor where fault_fits() fails.  Nor while the
 * space is held: ->fault waits.
 */
static bool huge_wanted(struct vmlab_space *space, const struct vm_fault *vmf)
{
	const struct vm_area_struct *vma = vmf->vma;

	return READ_ONCE(space->huge) && space->backing->huge &&
	       !vmlab_held(space, vmf->flags) &&
	       !vmlab_stepping(space) && !vmlab_sampling(space) &&
	       !rcu_access_pointer(space->inject) &&
	       !(current->flags & PF_DUMPCORE) &&
	       !(vma->vm_flags & VM_PFNMAP) &&
	       (vma->vm_flags & VM_SHARED || !(vmf->flags & FAULT_FLAG_WRITE)) &&
	       thp_vma_suitable_order((struct vm_area_struct *)vma,
				      vmf->address, HPAGE_PMD_ORDER);
}

/*
 * Make the huge entry of a frame writable, if it is there.  With @write,
 * vmf_insert_folio_pmd() would warn when something else was put there since it
 * was looked at, such as a page table with guard markers.  An entry that
 * PAGEMAP_SCAN protected meanwhile stays: the access faults again.  The folio is
 * locked.
 */
static void huge_make_writable(struct vm_fault *vmf, struct folio *folio)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long addr = vmf->address & PMD_MASK;
	spinlock_t *ptl = pmd_lockptr(vma->vm_mm, vmf->pmd);
	pmd_t entry;

	spin_lock(ptl);
	entry = READ_ONCE(*vmf->pmd);
	if (pmd_trans_huge(entry) && pmd_pfn(entry) == folio_pfn(folio) &&
	    !vmlab_pmd_uffd(entry)) {
		/* Only more is allowed: a stale TLB entry faults again. */
		entry = pmd_mkyoung(pmd_mkdirty(entry));
		entry = pmd_mkwrite_novma(entry);
		set_pmd_at(vma->vm_mm, addr, vmf->pmd, entry);
		update_mmu_cache_pmd(vma, addr, vmf->pmd);
	}
	spin_unlock(ptl);
}

/**
 * vmlab_huge_fault() - map a huge frame
 * @vmf: the fault: nothing is mapped in its 2 MiB, or a huge entry is about to
 *	become writable
 * @order: size of the entry that mm wants
 *
 * Context: a page fault, may sleep.
 * Return: VM_FAULT_NOPAGE, an error of vmf_insert_folio_pmd(), or
 * VM_FAULT_FALLBACK: ->fault maps a page, or reports the error.
 */
vm_fault_t vmlab_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct vmlab_space *space = vmf->vma->vm_private_data;
	bool write = vmf->flags & FAULT_FLAG_WRITE;
	const u64 begin = vmlab_fault_begin(space);
	struct vmlab_found found = { .written = write };
	struct folio *folio;
	vm_fault_t ret;
	pmd_t pmd;

	if (order != HPAGE_PMD_ORDER || !huge_wanted(space, vmf))
		return VM_FAULT_FALLBACK;
	folio = vmlab_bring_huge(space, vmf->pgoff, &found);
	if (IS_ERR(folio))
		return VM_FAULT_FALLBACK;
	if (found.add) {
		/* Pairs with the barrier in vmlab_hold_begin(). */
		smp_mb();
	}

	/*
	 * A fault that mapped one of its pages meanwhile held the folio lock.
	 * mm itself ends the write protection of PAGEMAP_SCAN: it splits the
	 * entry.  mm allocates no page with a memory error.
	 */
	pmd = pmdp_get_lockless(vmf->pmd);
	if (vmlab_held(space, vmf->flags) ||
	    unlikely(!pmd_none(pmd) && !pmd_trans_huge(pmd)) ||
	    unlikely(write && pmd_trans_huge(pmd) && vmlab_pmd_uffd(pmd)) ||
	    unlikely(!found.add && vmlab_frame_poisoned(folio))) {
		vmlab_frame_release(folio);
		return VM_FAULT_FALLBACK;
	}
	if (write && !found.written)
		vmlab_frame_set_dirty(space, folio);
	ret = vmf_insert_folio_pmd(vmf, folio, false);
	if (write)
		huge_make_writable(vmf, folio);
	vmlab_frame_release(folio);

	if (found.add)
		vmlab_count(space, filled);
	else
		vmlab_count(space, mapped);
	vmlab_count_fault(space, vmf, found.add ? VMLAB_FAULT_FILLED :
				      VMLAB_FAULT_MAPPED, write, begin);
	return ret;
}

#endif /* VMLAB_HAVE_HUGE */
