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

/* Return the element of a process, NULL if the table is full. */
static __always_inline struct process_stat *process_of(struct task_state *st)
{
	struct process_stat *p = bpf_map_lookup_elem(&processes_values,
						     &st->process_slot);
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 exec_id = task->self_exec_id;

	if (!is_process(p, &st->process)) {
		find_process(st);
		p = bpf_map_lookup_elem(&processes_values, &st->process_slot);
		if (!is_process(p, &st->process))
			return NULL;
	}

	/* exec changes the name */
	if (p->exec_id != exec_id || !p->comm[0]) {
		bpf_get_current_comm(p->comm, sizeof(p->comm));
		p->exec_id = exec_id;
	}
	return p;
}

/* Return the bucket of a latency: see LATENCY_SUB_BITS. */
static __always_inline __u32 latency_slot(__u64 ns)
{
	__u32 top = 0;
	__u64 n = ns;

	if (ns < 1 << LATENCY_SUB_BITS)
		return ns;
	if (ns >> LATENCY_MAX_BITS)
		return LATENCY_SLOTS - 1;
#pragma unroll
	for (int bits = 32; bits; bits /= 2) {
		if (n >> bits) {
			n >>= bits;
			top += bits;
		}
	}
	return ((top - LATENCY_SUB_BITS + 1) << LATENCY_SUB_BITS) +
	       ((ns >> (top - LATENCY_SUB_BITS)) &
		((1 << LATENCY_SUB_BITS) - 1));
}

static __always_inline void count_latency(struct fault_totals *t, __u32 kind,
					  __u64 ns)
{
	struct latency_histogram *h = bpf_map_lookup_elem(&latency, &kind);
	__u64 *sum = element(t->ns, kind);
	__u64 *max = element(t->max_ns, kind);

	add(sum, ns);
	if (ns > *max)
		*max = ns;
	if (h)
		add(element(h->slots, latency_slot(ns)), 1);
}

static __always_inline void count_vma(struct task_state *st, __u32 kind,
				      const __u64 *delta, __u64 ns)
{
	struct vma_stat *v;

	if (st->vma_known)
		v = bpf_map_lookup_elem(&vmas_values, &st->vma_slot);
	else
		v = FIND_SLOT(vmas, MAX_VMAS, &st->vma, &st->vma_slot,
			      LOST_VMA);
	st->vma_known = v;
	if (!v)
		return;
	add_pair(&v->count, delta);
	add(&v->ns, ns);
	if (!v->end || st->vma_start < v->start) {
		v->start = st->vma_start;
		v->pgoff = st->vma_pgoff;
	}
	if (st->vma_end > v->end)
		v->end = st->vma_end;
	v->flags |= st->vma_flags;
	v->kinds |= 1u << kind;
}

/* Count faults that the kernel counted and that no program saw. */
static __always_inline void count_unseen(struct task_state *st,
					 struct task_struct *task)
{
	__u64 delta[NR_FAULT_SIZES];
	struct process_stat *p;
	struct fault_totals *t;

	if (!take_growth(st, task, delta))
		return;
	t = my_totals();
	if (t) {
		add_pair(&t->count[FAULT_UNSEEN], delta);
		add_pair(&t->origin[ORIGIN_UNSEEN], delta);
	}
	p = process_of(st);
	if (p)
		add_pair(&p->count[FAULT_UNSEEN], delta);
}

#endif /* VMLAB_FAULTS_COUNT_BPF_H */
