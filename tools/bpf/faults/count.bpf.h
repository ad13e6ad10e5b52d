/* SPDX-License-Identifier: GPL-2.0 */
/* Add a fault to the tables of processes, latencies and VMAs. */
#ifndef VMLAB_FAULTS_COUNT_BPF_H
#define VMLAB_FAULTS_COUNT_BPF_H

#include "faults/targets.bpf.h"

/* Return the entry of a process, NULL if the table is full. */
static __always_inline struct process_stat *
process_of(const struct task_state *st)
{
	struct process_stat *p = find_or_add(&processes, &st->process,
					     &no_process, LOST_PROCESS);
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 exec_id = task->self_exec_id;

	/* exec changes the name */
	if (p && (p->exec_id != exec_id || !p->comm[0])) {
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

static __always_inline void count_vma(const struct task_state *st, __u32 kind,
				      const __u64 *delta, __u64 ns)
{
	struct vma_stat *v = find_or_add(&vmas, &st->vma, &no_vma, LOST_VMA);

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
