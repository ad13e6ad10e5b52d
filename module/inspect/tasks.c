// SPDX-License-Identifier: GPL-2.0
/* Which tasks share an mm, and whose mm a kernel thread borrows. */
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "inspect.h"

/**
 * vmlab_inspect_tasks() - list the tasks that share an mm
 * @mm: the mm
 * @cursor: how many of them to skip; advanced by what was seen
 * @tasks: array to fill
 * @nr: its length
 *
 * Numbers are those of the caller's pid namespace; tasks that it cannot see
 * are passed over.
 *
 * Context: any; takes RCU itself.
 * Return: the number of records filled, 0 at the end.
 */
unsigned int vmlab_inspect_tasks(const struct mm_struct *mm, u64 *cursor,
				 struct vmlab_task *tasks, unsigned int nr)
{
	struct task_struct *p, *t;
	unsigned int filled = 0;
	u64 seen = 0;
	pid_t tid;

	rcu_read_lock();
	for_each_process(p) {
		/* mm is compared, never followed. */
		for_each_thread(p, t) {
			if (READ_ONCE(t->mm) != mm || t->flags & PF_KTHREAD)
				continue;
			if (seen++ < *cursor)
				continue;
			tid = task_pid_vnr(t);
			if (!tid)
				continue;
			if (filled == nr) {
				seen--;
				goto out;
			}
			tasks[filled].tid = tid;
			tasks[filled].tgid = task_tgid_vnr(t);
			strscpy_pad(tasks[filled].comm, t->comm,
				    sizeof(tasks[filled].comm));
			filled++;
		}
	}
out:
	rcu_read_unlock();
	*cursor = max(*cursor, seen);
	return filled;
}

/**
 * vmlab_inspect_borrowed() - say whose mm a kernel thread uses, if any
 * @kthread: a task with PF_KTHREAD
 * @r: gets flags, active_pid and active_comm
 *
 * A kernel thread has no mm.  While it runs it borrows that of the task that
 * ran before it on the CPU, in active_mm, so that no page tables need to be
 * switched (Documentation/mm/active_mm.rst of the kernel); when it leaves the
 * CPU it gives it back and active_mm is NULL again.  The borrowed mm may be
 * freed at any time, so that its address is only compared.
 *
 * Context: any; takes RCU itself.
 */
void vmlab_inspect_borrowed(struct task_struct *kthread, struct vmlab_mm *r)
{
	const struct mm_struct *active = READ_ONCE(kthread->active_mm);
	struct task_struct *p, *t;

	r->flags |= VMLAB_MM_KTHREAD;
	if (READ_ONCE(kthread->mm))
		r->flags |= VMLAB_MM_KTHREAD_USE_MM;
	if (!active)
		return;

	r->flags |= VMLAB_MM_BORROWS;
	rcu_read_lock();
	for_each_process_thread(p, t) {
		if (t->flags & PF_KTHREAD || READ_ONCE(t->mm) != active)
			continue;
		r->active_pid = task_tgid_vnr(t);
		strscpy_pad(r->active_comm, t->comm, sizeof(r->active_comm));
		break;
	}
	rcu_read_unlock();
}
