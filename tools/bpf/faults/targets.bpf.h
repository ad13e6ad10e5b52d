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
	struct task_state *st;

	if (!armed)
		return NULL;
	st = bpf_task_storage_get(&tasks, task, NULL, 0);
	if (st)
		return st;
	return is_target(task) ? follow_task(task) : NULL;
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

/*
 * Read by how much min_flt and maj_flt have grown since the last call.
 * Return whether they have.
 */
static __always_inline bool take_growth(struct task_state *st,
					struct task_struct *task, __u64 *delta)
{
	delta[FAULT_MINOR] = task->min_flt - st->seen[FAULT_MINOR];
	delta[FAULT_MAJOR] = task->maj_flt - st->seen[FAULT_MAJOR];
	st->seen[FAULT_MINOR] += delta[FAULT_MINOR];
	st->seen[FAULT_MAJOR] += delta[FAULT_MAJOR];
	return delta[FAULT_MINOR] || delta[FAULT_MAJOR];
}

#endif /* VMLAB_FAULTS_TARGETS_BPF_H */
