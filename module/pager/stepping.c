// SPDX-License-Identifier: GPL-2.0
/*
 * Stepping: every access faults, so that the policy sees all of them.
 *
 * Each step unmaps the pages that were mapped since the step before.  They are
 * listed, so a step costs the same in a space of any length; only when the list
 * overflows, or threads took turns, all pages are unmapped.
 *
 * An access of the page that the same thread accessed last does not fault: the
 * page is mapped.  A program that needs such a repeat to be seen drops the
 * mapping of the page first, with madvise(MADV_DONTNEED).
 */
#include <linux/mm.h>

#include "pager/regs.h"
#include "pager/stepping.h"

/*
 * Is this fault the next access of the same thread?  It is not when the same
 * instruction restarts, with the same registers: an instruction that touches
 * two pages must find both mapped in the end.  The caller holds the pager's
 * lock.
 */
static bool step_is_new(struct vmlab_pager *pager, unsigned int flags)
	__must_hold(&pager->lock)
{
	struct pt_regs regs;
	bool fresh, same_task;

	/* The kernel accesses the page for a system call. */
	if (!(flags & FAULT_FLAG_USER))
		return false;
	vmlab_user_regs(&regs);
	same_task = pager->step_task == current;
	fresh = same_task && memcmp(&regs, &pager->step_regs, sizeof(regs));
	/* A thread that was interrupted may yet map a page that is not listed. */
	if (!same_task)
		pager->step_nr = VMLAB_STEP_PAGES + 1;
	pager->step_task = current;
	pager->step_regs = regs;
	return fresh;
}

/* Unmap all pages but one. */
static void step_sweep(struct vmlab_space *space, pgoff_t pgoff)
{
	struct address_space *mapping = space->inode->i_mapping;

	/* A count of 0 means to the end. */
	if (pgoff)
		unmap_mapping_pages(mapping, 0, pgoff, false);
	unmap_mapping_pages(mapping, pgoff + 1, 0, false);
}

/**
 * vmlab_step() - unmap all pages but the one that is being mapped
 * @space: the space
 * @pgoff: the page that is being mapped
 * @flags: FAULT_FLAG_* of the fault
 *
 * Private copies stay mapped: they are not frames.  When threads take turns,
 * or the kernel accesses the page for a system call, nothing is unmapped: they
 * could take the pages from each other for ever.
 *
 * Context: process context, may sleep.
 */
void vmlab_step(struct vmlab_space *space, pgoff_t pgoff, unsigned int flags)
{
	struct vmlab_pager *pager = &space->pager;
	pgoff_t pages[VMLAB_STEP_PAGES];
	unsigned int i, nr = 0;

	spin_lock(&pager->lock);
	if (step_is_new(pager, flags)) {
		nr = pager->step_nr;
		memcpy(pages, pager->step_pages, sizeof(pages));
		pager->step_nr = 0;
	}
	if (pager->step_nr < VMLAB_STEP_PAGES)
		pager->step_pages[pager->step_nr] = pgoff;
	if (pager->step_nr <= VMLAB_STEP_PAGES)
		pager->step_nr++;
	spin_unlock(&pager->lock);

	if (nr > VMLAB_STEP_PAGES) {
		step_sweep(space, pgoff);
		return;
	}
	for (i = 0; i < nr; i++)
		if (pages[i] != pgoff)
			unmap_mapping_pages(space->inode->i_mapping, pages[i],
					    1, false);
}
