// SPDX-License-Identifier: GPL-2.0
/* The tasks that share an mm, and the mm that a kernel thread borrows. */
#include <linux/idr.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "inspect/inspect.h"

/* Thread ids looked up before the CPU may be given to another task. */
#define TIDS_PER_STRETCH	512

/*
 * Return the task with the lowest thread id from *@tid on, or NULL after
 * TIDS_PER_STRETCH others; *@tid is the id to go on with, 0 at the end.
 */
static struct task_struct *next_mm_user(const struct mm_struct *mm, int *tid)
{
	struct pid_namespace *ns = task_active_pid_ns(current);
	struct task_struct *task = NULL;
	unsigned int i;
	struct pid *pid;

	rcu_read_lock();
	for (i = 0; i < TIDS_PER_STRETCH && !task; i++) {
		pid = idr_get_next(&ns->idr, tid);
		if (!pid) {
			*tid = 0;
			break;
		}
		++*tid;
		task = pid_task(pid, PIDTYPE_PID);
		/* The mm is compared, never followed. */
		if (task && (task->flags & PF_KTHREAD ||
			     READ_ONCE(task->mm) != mm))
			task = NULL;
	}
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

/*
 * Find the next task that uses @mm, in order of thread ids.  *@user gets it,
 * with a reference, or NULL at the end.  Returns 0, or -EINTR when the caller
 * was killed.
 */
static int find_mm_user(const struct mm_struct *mm, int *tid,
			struct task_struct **user)
{
	do {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		*user = next_mm_user(mm, tid);
	} while (!*user && *tid);
	return 0;
}

/**
 * vmlab_inspect_tasks() - list the tasks that share an mm
 * @mm: the mm
 * @cursor: 0 to start; set to the cursor for the next call
 * @tasks: array to fill, in order of thread ids
 * @nr: its length
 *
 * The cursor is a thread id: a task that stays is listed once, whatever other
 * tasks come and go.  Ids are those of the caller's pid namespace; tasks that
 * are not in it are left out.
 *
 * Context: process context, may sleep.
 * Return: the number of records filled, 0 at the end, or -EINTR when the caller
 * was killed.
 */
int vmlab_inspect_tasks(const struct mm_struct *mm, u64 *cursor,
			struct vmlab_task *tasks, unsigned int nr)
{
	struct task_struct *task;
	unsigned int filled = 0;
	int tid, ret;

	if (*cursor >= PID_MAX_LIMIT)
		return 0;
	tid = *cursor ?: 1;
	while (filled < nr) {
		ret = find_mm_user(mm, &tid, &task);
		if (ret)
			return ret;
		if (!task)
			break;
		tasks[filled].tid = task_pid_vnr(task);
		tasks[filled].tgid = task_tgid_vnr(task);
		strscpy_pad(tasks[filled].comm, task->comm,
			    sizeof(tasks[filled].comm));
		/* A task that was released meanwhile has no ids any more. */
		if (tasks[filled].tid)
			filled++;
		put_task_struct(task);
	}
	*cursor = tid ?: PID_MAX_LIMIT;
	return filled;
}

/**
 * vmlab_inspect_borrowed() - find the process whose mm a kernel thread uses
 * @kthread: a task with PF_KTHREAD
 * @r: gets flags, active_pid and active_comm
 *
 * A kernel thread has no mm.  While it runs it borrows that of the task that
 * ran before it on the CPU, in active_mm, so that page tables need not be
 * switched (Documentation/mm/active_mm.rst of the kernel); when it leaves the
 * CPU, active_mm is NULL again.  The borrowed mm may be freed at any time, so
 * its address is only compared.
 *
 * Context: process context, may sleep.
 * Return: 0, or -EINTR when the caller was killed.
 */
int vmlab_inspect_borrowed(struct task_struct *kthread, struct vmlab_mm *r)
{
	const struct mm_struct *active = READ_ONCE(kthread->active_mm);
	struct task_struct *task;
	int tid = 1, ret;

	r->flags |= VMLAB_MM_KTHREAD;
	if (READ_ONCE(kthread->mm))
		r->flags |= VMLAB_MM_KTHREAD_USE_MM;
	if (!active)
		return 0;

	r->flags |= VMLAB_MM_BORROWS;
	ret = find_mm_user(active, &tid, &task);
	if (ret || !task)
		return ret;
	r->active_pid = task_tgid_vnr(task);
	strscpy_pad(r->active_comm, task->comm, sizeof(r->active_comm));
	put_task_struct(task);
	return 0;
}
