/* SPDX-License-Identifier: GPL-2.0 */
/* Add a fault to the tables of instructions and stacks. */
#ifndef VMLAB_FAULTS_STACKS_BPF_H
#define VMLAB_FAULTS_STACKS_BPF_H

#include "faults/path.bpf.h"

#define EFAULT 14

struct found_vma {
	struct file *file;
	__u64 offset;
	__u64 ip;
};

static long on_found_vma(struct task_struct *task, struct vm_area_struct *vma,
			 void *data)
{
	struct found_vma *found = data;

	found->file = vma->vm_file;
	found->offset = found->ip - vma->vm_start + (vma->vm_pgoff << 12);
	return 0;
}

/*
 * Record the file and the offset of an instruction, unless they are known.
 * @slot: the slot of path_buffer
 * Returns its slot in the table, plus one; or 0.
 */
static __noinline int locate_ip(struct ip_key *key, __u32 slot)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct found_vma found = {};
	__u32 ip_slot = 0;
	struct ip_stat *s;

	if (!key)
		return 0;
	s = FIND_SLOT(ips, MAX_IPS, key, &ip_slot, LOST_IP);
	if (!s)
		return 0;
	if (s->known)
		return ip_slot + 1;
	found.ip = key->ip;
	/* fails while a writer waits for mmap_lock: the next fault tries again */
	if (bpf_find_vma(task, key->ip, on_found_vma, &found, 0) || !found.file)
		return ip_slot + 1;
	identify(found.file, &s->file);
	s->offset = found.offset;
	s->known = 1;
	record_path(found.file, &s->file, slot);
	return ip_slot + 1;
}

/* Note the instruction of a fault. */
static __always_inline void note_ip(struct task_state *st,
				    struct task_struct *task,
				    const struct pt_regs *regs)
{
	__u64 ip;

	/* those of the instruction, if user space has raised the exception */
	if (st->origin != ORIGIN_USER)
		regs = (void *)bpf_task_pt_regs(task);
	ip = regs->ip;
	if (st->ip.ip != ip) {
		st->ip.ip = ip;
		st->known &= ~KNOWN_IP;
	}
}

static __noinline int know_ip(struct task_state *st, __u32 slot)
{
	struct ip_stat *s;
	int found;

	if (!st)
		return 0;
	st->ip.tgid = st->process.tgid;
	st->ip.exec_id = st->exec_id;
	found = locate_ip(&st->ip, slot);
	if (found <= 0)
		return 0;
	st->ip_slot = found - 1;
	s = bpf_map_lookup_elem(&ips_values, &st->ip_slot);
	if (s && s->known)
		st->known |= KNOWN_IP;
	return 1;
}

static __always_inline void count_ip(struct task_state *st, __u32 slot,
				     __u32 kind, const struct growth *g,
				     __u64 ns)
{
	struct ip_stat *s;

	if (!(st->known & KNOWN_IP) && !know_ip(st, slot))
		return;
	s = bpf_map_lookup_elem(&ips_values, &st->ip_slot);
	if (!s)
		return;
	add_growth(&s->count, g);
	add(&s->ns, ns);
	add_kind(&s->kinds, kind);
}

struct frame_walk {
	struct ip_key key;
	__u32 slot;
	__u32 pad;
};

static long locate_frame(__u32 i, void *data)
{
	struct frame_walk *w = data;
	__u64(*frames)[MAX_FAULT_STACK] =
		bpf_map_lookup_elem(&stack_buffer, &w->slot);

	if (!frames)
		return 1;
	w->key.ip = *element(*frames, i);
	locate_ip(&w->key, w->slot);
	return 0;
}

static __always_inline void count_stack(void *ctx, __u32 slot, __u32 kind,
					const struct growth *g, __u64 ns)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct stack_key key = {};
	struct stack_stat *s;
	long id = -EFAULT;

	if (ctx)
		id = bpf_get_stackid(ctx, &stack_traces, BPF_F_USER_STACK);
	/* no user stack, as during exec, or not of this fault */
	if (id == -EFAULT) {
		id = NO_FAULT_STACK;
	} else if (id < 0) {
		lost(LOST_STACK);
		return;
	}
	key.tgid = task->tgid;
	key.exec_id = task->self_exec_id;
	key.kind = kind;
	key.stack = id;
	s = bpf_map_lookup_elem(&stacks, &key);
	if (!s) {
		__u64 *frames = bpf_map_lookup_elem(&stack_buffer, &slot);
		long size;

		s = find_or_add(&stacks, &key, &no_stack, LOST_STACK);
		if (!s || !frames)
			return;
		bpf_get_current_comm(s->comm, sizeof(s->comm));
		size = !ctx ? 0 : bpf_get_stack(ctx, frames,
				     MAX_FAULT_STACK * sizeof(__u64),
				     BPF_F_USER_STACK);
		if (size > 0) {
			struct frame_walk w = {
				.key.tgid = key.tgid,
				.key.exec_id = key.exec_id,
				.slot = slot,
			};

			bpf_loop(size / sizeof(__u64), locate_frame, &w, 0);
		}
	}
	add_growth(&s->count, g);
	add(&s->ns, ns);
}

#endif /* VMLAB_FAULTS_STACKS_BPF_H */
