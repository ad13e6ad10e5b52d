/* SPDX-License-Identifier: GPL-2.0 */
/* Which tasks are followed. */
#ifndef VMLAB_FAULTS_TARGETS_BPF_H
#define VMLAB_FAULTS_TARGETS_BPF_H

#include "faults/maps.bpf.h"

/* Follow a task: count what its counters grow by from now on. */
static __always_inline struct task_state *follow_task(struct task_struct *task)
{
	struct task_state *st;

	st = bpf_task_storage_get(&tasks, task, NULL,
				  BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!st) {
		lost(LOST_TASK);
		return NULL;
	}
	st->seen[FAULT_MINOR] = task->min_flt;
	st->seen[FAULT_MAJOR] = task->maj_flt;
	st->exec_id = task->self_exec_id;
	st->process.tgid = task->tgid;
	st->process.start_ns = task->group_leader->start_boottime;
	return st;
}

static __always_inline bool is_target(struct task_struct *task)
{
	__u32 tgid = task->tgid;

	if (everybody)
		return tgid != spawner;
	return bpf_map_lookup_elem(&targets, &tgid);
}

/* Return the state of a task, NULL unless it is followed. */
static __always_inline struct task_state *state_of(struct task_struct *task)
{
	struct task_state *st = bpf_task_storage_get(&tasks, task, NULL, 0);

	if (st)
		return st;
	return armed && is_target(task) ? follow_task(task) : NULL;
}

/*
 * Called in the task that makes @child, before @child runs: no fault is missed.
 * Not sched_process_fork, which does not fire for threads that the kernel makes
 * for a process: io_uring workers, SQPOLL and vhost threads.
 */
SEC("tp_btf/task_newtask")
int BPF_PROG(on_new_task, struct task_struct *child)
{
	struct task_struct *parent = bpf_get_current_task_btf();
	bool thread = parent->tgid == child->tgid;

	if (!armed)
		return 0;
	if (spawner && (__u32)parent->tgid == spawner) {
		if (!thread && !everybody)
			follow_task(child);
		return 0;
	}
	if ((follow || thread) && state_of(parent))
		follow_task(child);
	return 0;
}

/* Return whether min_flt or maj_flt has grown since take_growth(). */
static __always_inline bool has_grown(const struct task_state *st,
				      const struct task_struct *task)
{
	return task->min_flt != st->seen[FAULT_MINOR] ||
	       task->maj_flt != st->seen[FAULT_MAJOR];
}

/*
 * Take what maj_flt has grown by since the last call; if it has not grown, what
 * min_flt has grown by.  Return whether either has.
 */
static __always_inline bool take_growth(struct task_state *st,
					struct task_struct *task,
					struct growth *g)
{
	g->size = FAULT_MAJOR;
	g->nr = task->maj_flt - st->seen[FAULT_MAJOR];
	if (g->nr) {
		st->seen[FAULT_MAJOR] += g->nr;
		return true;
	}
	g->size = FAULT_MINOR;
	g->nr = task->min_flt - st->seen[FAULT_MINOR];
	st->seen[FAULT_MINOR] += g->nr;
	return g->nr;
}

#endif /* VMLAB_FAULTS_TARGETS_BPF_H */
