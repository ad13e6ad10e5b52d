/* SPDX-License-Identifier: GPL-2.0 */
/* The registers of user space, to tell whether a task went on since its last fault. */
#ifndef VMLAB_PAGER_REGS_H
#define VMLAB_PAGER_REGS_H

#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>

/* The current task is no kernel thread. */
static inline void vmlab_user_regs(struct pt_regs *regs)
{
	*regs = *current_pt_regs();
#ifdef CONFIG_X86
	/* Holds the error code of the fault, which tells how it was touched. */
	regs->orig_ax = 0;
#endif
}

#endif /* VMLAB_PAGER_REGS_H */
