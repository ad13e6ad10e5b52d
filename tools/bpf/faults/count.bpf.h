/* SPDX-License-Identifier: GPL-2.0 */
/* Add a fault to the tables of processes, latencies and VMAs. */
#ifndef VMLAB_FAULTS_COUNT_BPF_H
#define VMLAB_FAULTS_COUNT_BPF_H

#include "faults/targets.bpf.h"

static __always_inline bool is_process(const struct process_stat *p,
				       const struct process_key *key)
{
	return p && p->key.start_ns == key->start_ns && p->key.tgid == key->tgid;
}

/* Look a process up; add it if it is new. */
static __noinline int find_process(struct task_state *st)
{
	struct process_stat *p;
	const __u32 *known;
	__u32 slot;

	if (!st)
		return 0;
	if (bpf_map_lookup_elem(&processes, &st->process) ||
	    bpf_map_pop_elem(&free_processes, &slot)) {
		p = FIND_SLOT(processes, MAX_PROCESSES, &st->process,
			      &st->process_slot, LOST_PROCESS);
	} else {
		if (bpf_map_update_elem(&processes, &st->process, &slot,
					BPF_NOEXIST))
			bpf_map_push_elem(&free_processes, &slot, BPF_ANY);
		known = bpf_map_lookup_elem(&processes, &st->process);
		st->process_slot = known ? *known : 0;
		p = known ? bpf_map_lookup_elem(&processes_values,
						&st->process_slot) :
			    NULL;
		if (!p)
			lost(LOST_PROCESS);
	}
	if (p)
		p->key = st->process;
	return 0;
}

/* Find the element of the process of a task, and give it the name of the process. */
static __noinline int know_process(struct task_state *st)
{
	struct process_stat *p;

	if (!st)
		return 0;
	p = bpf_map_lookup_elem(&processes_values, &st->process_slot);
	if (!is_process(p, &st->process)) {
		find_process(st);
		p = bpf_map_lookup_elem(&processes_values, &st->process_slot);
		if (!is_process(p, &st->process))
			return 0;
	}
	/* exec changes the name */
	if (p->exec_id != st->exec_id || !p->comm[0]) {
		bpf_get_current_comm(p->comm, sizeof(p->comm));
		p->exec_id = st->exec_id;
	}
	/* user space may delete the element once all tasks have exited */
	if (!st->exited)
		st->known |= KNOWN_PROCESS;
	return 1;
}

/* Return the element of a process, NULL if the table is full. */
static __always_inline struct process_stat *process_of(struct task_state *st)
{
	struct process_stat *p;

	if (st->known & KNOWN_PROCESS) {
		p = bpf_map_lookup_elem(&processes_values, &st->process_slot);
		/* no other process has the element now */
		if (p && p->key.start_ns == st->process.start_ns)
			return p;
	}
	if (!know_process(st))
		return NULL;
	return bpf_map_lookup_elem(&processes_values, &st->process_slot);
}

static __always_inline void count_kind(__u32 kind, __u32 origin,
				       const struct growth *g, bool timed,
				       __u64 ns)
{
	struct kind_stat *k = bpf_map_lookup_elem(&kinds, &kind);
	__u64 step = (ns - LATENCY_TABLE_MIN) / LATENCY_TABLE_STEP;

	if (!k)
		return;
	add_growth(&k->count[origin & (NR_FAULT_ORIGINS - 1)], g);
	if (!timed)
		return;
	add(&k->ns, ns);
	if (ns > k->max_ns)
		k->max_ns = ns;
	if (step < LATENCY_TABLE_SIZE)
		add(element(k->latency.slots, latency_slots[step]), 1);
	else
		add(element(k->latency.slots, latency_slot(ns)), 1);
}

/* Find the element of a VMA, and widen its range. */
static __noinline int know_vma(struct task_state *st)
{
	struct vma_stat *v;

	if (!st)
		return 0;
	if (st->known & KNOWN_VMA)
		v = bpf_map_lookup_elem(&vmas_values, &st->vma_slot);
	else
		v = FIND_SLOT(vmas, MAX_VMAS, &st->vma, &st->vma_slot,
			      LOST_VMA);
	if (!v)
		return 0;
	if (!v->end || st->vma_start < v->start) {
		v->start = st->vma_start;
		v->pgoff = st->vma_pgoff;
	}
	if (st->vma_end > v->end)
		v->end = st->vma_end;
	v->flags |= st->vma_flags;
	st->known |= KNOWN_VMA | KNOWN_RANGE;
	return 1;
}

static __always_inline void count_vma(struct task_state *st, __u32 kind,
				      const struct growth *g, __u64 ns)
{
	struct vma_stat *v;

	if (!(st->known & KNOWN_RANGE) && !know_vma(st))
		return;
	v = bpf_map_lookup_elem(&vmas_values, &st->vma_slot);
	if (!v)
		return;
	add_growth(&v->count, g);
	add(&v->ns, ns);
	add_kind(&v->kinds, kind);
}

/* Count faults that the kernel counted and that no program saw. */
static __noinline int count_unseen(struct task_state *st)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 kind = FAULT_UNSEEN;
	struct process_stat *p;
	struct kind_stat *k;
	__u64 minor, major;

	if (!st)
		return 0;
	minor = task->min_flt - st->seen[FAULT_MINOR];
	major = task->maj_flt - st->seen[FAULT_MAJOR];
	st->seen[FAULT_MINOR] += minor;
	st->seen[FAULT_MAJOR] += major;
	k = bpf_map_lookup_elem(&kinds, &kind);
	if (k) {
		add(&k->count[ORIGIN_UNSEEN][FAULT_MINOR], minor);
		add(&k->count[ORIGIN_UNSEEN][FAULT_MAJOR], major);
	}
	p = process_of(st);
	if (p) {
		add(&p->count[FAULT_UNSEEN][FAULT_MINOR], minor);
		add(&p->count[FAULT_UNSEEN][FAULT_MAJOR], major);
	}
	return 0;
}

#endif /* VMLAB_FAULTS_COUNT_BPF_H */
