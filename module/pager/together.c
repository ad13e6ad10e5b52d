// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that one instruction needs at once.
 *
 * An instruction can access four pages, and a system call more.  With a small budget,
 * or with a policy such as MRU that evicts the page of the latest fault, the fault of
 * one of them evicts another, for ever.  So the pages that a task brings in without
 * executing an instruction in between are listed: it has the same registers.  When it
 * brings one of them in again they take each other's frames, and none of them is evicted
 * until the task goes on.  Where nothing else can be evicted, the budget is exceeded.
 *
 * As long as a task goes on, no decision of a policy changes.
 */
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "compat.h"
#include "pager/regs.h"
#include "pager/together.h"
#include "policy/policy.h"

/* For so long the pages of a task are kept from eviction by others. */
#define VMLAB_TOGETHER_TIME	(HZ / 50 + 1)

static unsigned int together_slot(const struct task_struct *task)
{
	return hash_ptr(task, VMLAB_TOGETHER_BITS);
}

static bool together_has(const struct vmlab_together *t, pgoff_t first,
			 unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < min_t(unsigned int, t->nr, VMLAB_TOGETHER_PAGES); i++)
		if (t->pgoff[i] - first < nr)
			return true;
	return false;
}

/**
 * vmlab_together_add() - note that a task with these registers brings in a page
 * @pager: the pager
 * @task: the task
 * @regs: its registers
 * @pgoff: the page
 *
 * Context: any; takes the pager's lock.
 */
void vmlab_together_add(struct vmlab_pager *pager, struct task_struct *task,
			const struct pt_regs *regs, pgoff_t pgoff)
{
	struct vmlab_together *t;

	spin_lock(&pager->lock);
	t = &pager->together[together_slot(task)];
	if (t->task != task || memcmp(&t->regs, regs, sizeof(*regs))) {
		t->task = task;
		t->regs = *regs;
		t->nr = 0;
		t->again = false;
	}
	if (together_has(t, pgoff, 1))
		t->again = true;
	else
		t->pgoff[t->nr++ % VMLAB_TOGETHER_PAGES] = pgoff;
	t->time = jiffies;
	spin_unlock(&pager->lock);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_together_add);

/**
 * vmlab_together_note() - note that a task brings in a page while the budget is used up
 * @space: a space whose pager is on
 * @pgoff: the page that the current task accesses
 *
 * Context: process context; takes the pager's lock.
 */
void vmlab_together_note(struct vmlab_space *space, pgoff_t pgoff)
{
	struct pt_regs regs;

	/* A kernel thread always has the same. */
	if (current->flags & PF_KTHREAD)
		return;
	vmlab_user_regs(&regs);
	vmlab_together_add(&space->pager, current, &regs, pgoff);
}

/**
 * vmlab_together_keeps() - tell whether a frame must stay so that a task goes on
 * @pager: the pager
 * @frame: a victim
 *
 * Context: the pager's lock is held.
 * Return: true for a frame that an instruction needs together with another.
 */
bool vmlab_together_keeps(const struct vmlab_pager *pager,
			  const struct vmlab_frame *frame)
	__must_hold(&pager->lock)
{
	const struct vmlab_together *t = pager->together;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pager->together); i++, t++)
		if (t->again &&
		    (t->task == current ||
		     time_before(jiffies, t->time + VMLAB_TOGETHER_TIME)) &&
		    together_has(t, frame->pgoff, frame->nr))
			return true;
	return false;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_together_keeps);
