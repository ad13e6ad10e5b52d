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
					 struct vm_area_struct *vma,
					 struct task_struct *task, __u32 slot)
{
	struct vma_key new = {}, *key = &new;
	__u64 vm_flags = vma->vm_flags;
	struct mm_struct *mm = vma->vm_mm;

	st->vma_start = vma->vm_start;
	st->vma_end = vma->vm_end;
	st->vma_pgoff = vma->vm_pgoff;
	st->vma_flags = vm_flags;
	key->tgid = task->tgid;
	key->exec_id = task->self_exec_id;
	if (identify(vma->vm_file, &key->file)) {
		key->start = st->vma_start;
		record_path(vma->vm_file, &key->file, slot);
	} else if (vma->vm_ops) {
		key->class = VMA_CLASS_SPECIAL;
		key->start = st->vma_start;
	} else if (vm_flags & VM_GROWSDOWN) {
		key->class = VMA_CLASS_STACK;
	} else if (st->vma_start <= mm->brk && st->vma_end >= mm->start_brk) {
		key->class = VMA_CLASS_HEAP;
	} else {
		key->start = st->vma_start;
	}
	if (!same_vma(key, &st->vma)) {
		st->vma = new;
		st->vma_known = false;
	}
}

/* Return whether the other copy has handled this attempt; the order varies. */
static __always_inline bool has_begun(const struct task_state *st,
				      const struct task_struct *task,
				      __u64 address)
{
	return st->in_fault && st->address == address &&
	       st->seen[FAULT_MINOR] == task->min_flt &&
	       st->seen[FAULT_MAJOR] == task->maj_flt;
}

static __always_inline void begin(struct vm_area_struct *vma, __u64 address,
				  __u32 flags, const struct pt_regs *regs,
				  __u32 copy)
{
	__u32 slot = SLOT_BEGIN + copy;
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_state *st;
	bool vmlab = false;

	if (!armed || was_handled(HANDLED_BEGIN, task, address, copy))
		return;
	st = state_of(task);
	if (!st || has_begun(st, task, address))
		return;
	count_unseen(st, task);
	st->in_fault = true;
	if (continues(st, address, flags)) {
		st->again = false;
		st->flags = flags;
		return;
	}
	st->again = false;
	st->uffd = false;
	st->tmpfs = false;
	st->pte = 0;
	st->pfn_before = 0;
	st->flags = flags;
	st->address = address;
	st->anon = !vma->vm_ops;
	st->write = flag(flags, FAULT_FLAG(WRITE) | FAULT_FLAG(UNSHARE));
	st->pgd = vma->vm_mm->pgd;
	if (!regs)
		st->origin = ORIGIN_GUP;
	else
		st->origin = flag(flags, FAULT_FLAG(USER)) ? ORIGIN_USER :
							     ORIGIN_KERNEL;
	if (by_vma)
		describe_vma(st, vma, task, slot);
	else if (!identify(vma->vm_file, &st->vma.file))
		st->vma.file.dev = 0;
	if (vma->vm_file) {
		struct inode *inode = vma->vm_file->f_inode;

		vmlab = vmlab_dev && inode->i_rdev == vmlab_dev;
		st->tmpfs = inode->i_sb->s_magic == TMPFS_MAGIC;
	}
	st->kind = kind_at_entry(st, vma->vm_flags, vmlab);
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

static __always_inline void count_failure(__u32 ret)
{
	struct fault_totals *t = my_totals();
	__u32 why = FAILURE_OTHER;

	if (!t)
		return;
	if (ret & bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_RETRY)) {
		add(&t->retries, 1);
		return;
	}
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
}

static __always_inline void end(void *ctx, __u64 address, __u32 ret,
				__u32 copy)
{
	__u32 slot = SLOT_END + copy;
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 delta[NR_FAULT_SIZES], ns;
	struct process_stat *p;
	struct fault_totals *t;
	struct task_state *st;
	__u32 kind;

	if (!armed || was_handled(HANDLED_END, task, address, copy))
		return;
	st = bpf_task_storage_get(&tasks, task, NULL, 0);
	/* the other copy counted it; or both missed its entry: see count_unseen() */
	if (!st || !st->in_fault)
		return;
	st->in_fault = false;
	if (!take_growth(st, task, delta)) {
		st->again = ret & bpf_core_enum_value(enum vm_fault_reason,
						      VM_FAULT_RETRY);
		count_failure(ret);
		return;
	}
	ns = bpf_ktime_get_ns() - st->begin_ns;
	kind = kind_at_return(st, delta[FAULT_MAJOR]);
	t = my_totals();
	if (!t)
		return;
	add_pair(element(t->count, kind), delta);
	add_pair(element(t->origin, st->origin), delta);
	count_latency(t, kind, ns);

	p = process_of(st);
	if (p) {
		add_pair(element(p->count, kind), delta);
		add(&p->ns, ns);
	}
	if (by_vma)
		count_vma(st, kind, delta, ns);
	if (by_ip)
		count_ip(st, slot, kind, delta, ns);
	if (by_stack)
		count_stack(ctx, slot, kind, delta, ns);
}

#define END(name, copy)                                                       \
	SEC("fexit/handle_mm_fault")                                          \
	int BPF_PROG(name, struct vm_area_struct *vma, unsigned long address, \
		     unsigned int flags, struct pt_regs *regs, __u32 ret)     \
	{                                                                     \
		end(ctx, address, ret, copy);                                          \
		return 0;                                                     \
	}

END(fault_end_0, 0)
END(fault_end_1, 1)

/* handle_mm_fault() calls this to pass the fault to a userfaultfd. */
SEC("fentry/handle_userfault")
int BPF_PROG(on_userfault)
{
	struct task_state *st;

	if (!armed)
		return 0;
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

	if (!armed)
		return 0;
	st = bpf_task_storage_get(&tasks, task, NULL, 0);
	if (!st)
		return 0;
	count_unseen(st, task);
	if (task->signal->live.counter ||
	    !bpf_map_lookup_elem(&processes, &st->process))
		return 0;
	p = process_of(st);
	if (p)
		p->exited = 1;
	return 0;
}
