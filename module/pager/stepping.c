// SPDX-License-Identifier: GPL-2.0
/* Stepping: every access faults, so that the policy sees all of them. */
#include <linux/mm.h>
#include <linux/sched/task_stack.h>

#include "pager/stepping.h"

/*
 * Is this fault the next access of the same thread?  It is not when the same
 * instruction restarts, with the same registers: an instruction that touches
 * two pages must find both mapped in the end.
 */
static bool step_is_new(struct vmlab_pager *pager)
{
	struct pt_regs regs = *current_pt_regs();
	bool fresh;

#ifdef CONFIG_X86
	/* Holds the error code of the fault, which tells how it was touched. */
	regs.orig_ax = 0;
#endif
	spin_lock(&pager->lock);
	fresh = pager->step_task == current &&
		memcmp(&regs, &pager->step_regs, sizeof(regs));
	pager->step_task = current;
	pager->step_regs = regs;
	spin_unlock(&pager->lock);
	return fresh;
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
	struct address_space *mapping = space->inode->i_mapping;

	if (!(flags & FAULT_FLAG_USER) || !step_is_new(&space->pager))
		return;
	/* A count of 0 means to the end. */
	if (pgoff)
		unmap_mapping_pages(mapping, 0, pgoff, false);
	unmap_mapping_pages(mapping, pgoff + 1, 0, false);
}
