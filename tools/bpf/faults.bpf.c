// SPDX-License-Identifier: GPL-2.0
/*
 * Count page faults of processes as the kernel counts them.
 *
 * handle_mm_fault() alone increments min_flt and maj_flt of a task, by one for
 * each completed fault, always of the current task.  The programs at its entry
 * and its return add up these increments, so the totals equal those of
 * getrusage(2) by construction.
 *
 * The kernel skips a program that already runs on the CPU: while a task is
 * preempted inside a program, other tasks on this CPU skip that program.
 * Therefore two copies of both programs are attached; the second does the work
 * if the first was skipped.  Increments that both copies missed are found at
 * the next fault or at the exit of the task, and counted as "unseen".
 *
 * This file has the programs around a fault; the headers in faults/ do one part
 * of the work each.
 */
#include <linux/bpf.h>

#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "faults.h"
#include "faults/classify.bpf.h"
#include "faults/count.bpf.h"
#include "faults/maps.bpf.h"
#include "faults/path.bpf.h"
#include "faults/signals.bpf.h"
#include "faults/stacks.bpf.h"
#include "faults/targets.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define TMPFS_MAGIC 0x01021994

static __always_inline bool same_vma(const struct vma_key *a,
				     const struct vma_key *b)
{
	return a->start == b->start && a->file.ino == b->file.ino &&
	       a->file.dev == b->file.dev && a->tgid == b->tgid &&
	       a->exec_id == b->exec_id && a->class == b->class;
}

/* Record the VMA of a fault, and the key that the fault is counted under. */
static __always_inline void describe_vma(struct task_state *st,
					 struct vm_area_struct *vma, __u32 slot)
{
	struct vma_key new = {}, *key = &new;
	__u64 vm_flags = vma->vm_flags;
	struct mm_struct *mm = vma->vm_mm;
	__u32 known = st->known & ~(KNOWN_RANGE | KNOWN_ANON);

	st->vma_start = vma->vm_start;
	st->vma_end = vma->vm_end;
	st->vma_pgoff = vma->vm_pgoff;
	st->vma_flags = vm_flags;
	key->tgid = st->process.tgid;
	key->exec_id = st->exec_id;
	if (identify(vma->vm_file, &key->file)) {
		key->start = st->vma_start;
		record_path(vma->vm_file, &key->file, slot);
	} else if (vma->vm_ops) {
		key->class = VMA_CLASS_SPECIAL;
		key->start = st->vma_start;
	} else {
		known |= KNOWN_ANON;
		if (vm_flags & VM_GROWSDOWN)
			key->class = VMA_CLASS_STACK;
		else if (st->vma_start <= mm->brk &&
			 st->vma_end >= mm->start_brk)
			key->class = VMA_CLASS_HEAP;
		else
			key->start = st->vma_start;
	}
	if (!same_vma(key, &st->vma)) {
		st->vma = new;
		known &= ~KNOWN_VMA;
	}
	st->known = known;
}

/*
 * Return whether the description of the last fault holds for a VMA.  Only that of
 * anonymous memory is compared: it is the cheapest to fault on, and has no file.
 * brk(2) makes anonymous memory the heap, or no heap, with new limits only.
 */
static __always_inline bool is_described(const struct task_state *st,
					 const struct vm_area_struct *vma)
{
	return st->known & KNOWN_ANON && !vma->vm_file && !vma->vm_ops &&
	       st->vma_start == vma->vm_start && st->vma_end == vma->vm_end &&
	       st->vma_flags == vma->vm_flags && st->pgd == vma->vm_mm->pgd;
}

/* Return whether the other copy has handled this attempt; the order varies. */
static __always_inline bool has_begun(const struct task_state *st,
				      const struct task_struct *task,
				      __u64 address)
{
	return st->in_fault && st->address == address && !has_grown(st, task);
}

static __always_inline void begin(struct vm_area_struct *vma, __u64 address,
				  __u32 flags, const struct pt_regs *regs,
				  __u32 copy)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct access a = { .address = address };
	__u32 exec_id = task->self_exec_id;
	struct task_state *st;
	struct file *file;

	if (was_handled(HANDLED_BEGIN, task, address))
		return;
	st = state_of(task);
	if (!st || has_begun(st, task, address))
		return;
	if (st->exec_id != exec_id) {
		st->exec_id = exec_id;
		st->known = 0;
	}
	if (has_grown(st, task))
		count_unseen(st);
	st->in_fault = true;
	if (st->again) {
		st->again = false;
		if (continues(st, address, flags))
			return;
		st->uffd = false;
	}
	st->address = address;
	if (!regs)
		st->origin = ORIGIN_GUP;
	else
		st->origin = flag(flags, FAULT_FLAG(USER)) ? ORIGIN_USER :
							     ORIGIN_KERNEL;
	if (by_ip)
		note_ip(st, task, regs);
	if (by_vma && !is_described(st, vma))
		describe_vma(st, vma, SLOT_BEGIN + copy);
	st->pgd = vma->vm_mm->pgd;
	st->tmpfs = false;
	file = vma->vm_file;
	if (file) {
		struct inode *inode = file->f_inode;

		a.file = true;
		a.vmlab = vmlab_dev && inode->i_rdev == vmlab_dev;
		st->tmpfs = inode->i_sb->s_magic == TMPFS_MAGIC;
	}
	a.vm_flags = vma->vm_flags;
	a.anon = !vma->vm_ops;
	a.write = flag(flags, FAULT_FLAG(WRITE) | FAULT_FLAG(UNSHARE));
	st->kind = kind_at_entry(st, &a);
	st->stack_grown = 0;
	st->begin_ns = bpf_ktime_get_ns();
}

#define BEGIN(name, copy)                                                     \
	SEC("fentry/handle_mm_fault")                                         \
	int BPF_PROG(name, struct vm_area_struct *vma, unsigned long address, \
		     unsigned int flags, struct pt_regs *regs)                \
	{                                                                     \
		begin(vma, address, flags, regs, copy);                       \
		return 0;                                                     \
	}

BEGIN(fault_begin_0, 0)
BEGIN(fault_begin_1, 1)

/* Count an attempt that was not completed. */
static __noinline int count_attempt(struct task_state *st, __u32 flags,
				    __u32 ret)
{
	struct fault_attempts *t = my_attempts();
	__u32 why = FAILURE_OTHER;

	if (!t || !st)
		return 0;
	if (ret & bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_RETRY)) {
		st->again = true;
		st->flags = flags;
		add(&t->retries, 1);
		return 0;
	}
	st->uffd = false;
	if (ret & bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_OOM))
		why = FAILURE_OOM;
	else if (ret &
		 (bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_HWPOISON) |
		  bpf_core_enum_value(enum vm_fault_reason,
				      VM_FAULT_HWPOISON_LARGE)))
		why = FAILURE_HWPOISON;
	else if (ret &
		 bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_SIGBUS))
		why = FAILURE_SIGBUS;
	else if (ret &
		 bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_SIGSEGV))
		why = FAILURE_SIGSEGV;
	add(&t->failures[why], 1);
	return 0;
}

static __always_inline void end(void *ctx, __u64 address, __u32 flags,
				__u32 ret, __u32 copy)
{
	__u32 slot = SLOT_END + copy;
	struct task_struct *task = bpf_get_current_task_btf();
	struct process_stat *p;
	struct task_state *st;
	struct growth g;
	__u64 kind, ns;

	if (was_handled(HANDLED_END, task, address))
		return;
	st = bpf_task_storage_get(&tasks, task, NULL, 0);
	/* the other copy counted it; or both missed its entry: see count_unseen() */
	if (!st || !st->in_fault)
		return;
	st->in_fault = false;
	if (!take_growth(st, task, &g)) {
		count_attempt(st, flags, ret);
		return;
	}
	ns = bpf_ktime_get_ns() - st->begin_ns;
	kind = limit(kind_at_return(st, address, g.size == FAULT_MAJOR),
		     NR_FAULT_KINDS - 1);
	count_kind(kind, st->origin, &g, ns);
	p = process_of(st);
	if (p) {
		add_growth(&p->count[kind], &g);
		add(&p->ns, ns);
	}
	if (by_vma)
		count_vma(st, kind, &g, ns);
	if (by_ip)
		count_ip(st, slot, kind, &g, ns);
	if (by_stack)
		count_stack(ctx, slot, kind, &g, ns);
}

#define END(name, copy)                                                       \
	SEC("fexit/handle_mm_fault")                                          \
	int BPF_PROG(name, struct vm_area_struct *vma, unsigned long address, \
		     unsigned int flags, struct pt_regs *regs, __u32 ret)     \
	{                                                                     \
		end(ctx, address, flags, ret, copy);                          \
		return 0;                                                     \
	}

END(fault_end_0, 0)
END(fault_end_1, 1)

/* handle_mm_fault() calls this to pass the fault to a userfaultfd. */
SEC("fentry/handle_userfault")
int BPF_PROG(on_userfault)
{
	struct task_state *st;

	st = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), NULL, 0);
	if (st)
		st->uffd = true;
	return 0;
}

/* Called before handle_mm_fault() for an address below a stack. */
SEC("fexit/expand_stack_locked")
int BPF_PROG(on_expand_stack, struct vm_area_struct *vma, unsigned long address,
	     int ret)
{
	struct task_state *st = state_of(bpf_get_current_task_btf());

	if (!st)
		return 0;
	if (ret)
		st->stack_refused = address;
	else
		st->stack_grown = address & PAGE_MASK;
	return 0;
}

/* Newer kernels fault a few times after this: begin() counts these faults. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	struct process_stat *p;
	struct task_state *st;

	st = bpf_task_storage_get(&tasks, task, NULL, 0);
	if (!st)
		return 0;
	if (has_grown(st, task))
		count_unseen(st);
	st->exited = true;
	st->known &= ~KNOWN_PROCESS;
	if (task->signal->live.counter ||
	    !bpf_map_lookup_elem(&processes, &st->process))
		return 0;
	p = process_of(st);
	if (p)
		p->exited = 1;
	return 0;
}
